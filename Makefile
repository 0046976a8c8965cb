# Makefile for govdata
#
#   make, make install, make installcheck	as for any PostgreSQL extension
#   make demo	everything from set-up to a talking demonstration
#   make test	everything from set-up to "N passed, N failed"
#
# PG_CONFIG=/path/to/pg_config chooses the server; without it, the one of the
# Debian release.

EXTENSION = govdata
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" govdata.control)
PGFILEDESC = "govdata - government data regulation enforced in the database"

MODULE_big = govdata
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

# what the library says of itself, to be compared with the SQL it meets
PG_CPPFLAGS = -DGD_VERSION='"$(EXTVERSION)"'

# Its functions call each other directly, not whatever another library of the
# server has under such a name; that is also quicker.
PG_CFLAGS = -fno-semantic-interposition
SHLIB_LINK = -Wl,-Bsymbolic

SQL_PARTS = $(sort $(wildcard sql/[0-9][0-9]_*.sql))
DATA_built = govdata--$(EXTVERSION).sql
DATA = $(sort $(wildcard sql/updates/*.sql))

# The results expected of both kinds of test stand in ./expected: the one
# place where 15 (in the output directory) and later versions (in the current
# one) look for them.
REGRESS = $(sort $(basename $(notdir $(wildcard test/sql/*.sql))))
REGRESS_OPTS = --inputdir=test
ISOLATION = $(sort $(basename $(notdir $(wildcard test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test --outputdir=.

# Targets that must work before PostgreSQL is installed: they install it.
STANDALONE = setup demo test bench matrix clean-cluster clean-matrix \
	check-calendar check-postgres \
	update-po check-po

.PHONY: $(STANDALONE) lint-warnings lint-gcc lint-clang

ifneq (,$(filter-out $(STANDALONE),$(or $(MAKECMDGOALS),all)))

ifeq (,$(PG_CONFIG))
PG_CONFIG := $(shell scripts/pg-config)
endif
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq (,$(PGXS))
$(error "$(PG_CONFIG)" does not run: install the server's development files ("make setup" does so on Debian) or set PG_CONFIG)
endif
include $(PGXS)

# PGXS does not know which headers an object was made from.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h)

$(DATA_built): $(SQL_PARTS) $(wildcard data/*.csv) scripts/sql-parts.awk govdata.control
	$(if $(SQL_PARTS),,$(error there are no parts in sql/))
	LC_ALL=C awk -f scripts/sql-parts.awk $(SQL_PARTS) > $@.tmp
	mv $@.tmp $@

# Warnings are errors here and only here: the compilers of tomorrow know
# warnings of which we do not, and must not stop anybody's build.  The
# server's headers count as the system's, so that only our own code is judged.
WARNINGS = -Wall -Wextra -Werror -Wmissing-prototypes -Wpointer-arith \
	-Wdeclaration-after-statement -Wvla
LINT_CPPFLAGS = $(patsubst -I%,-isystem %,$(filter-out -I. -I./,$(CPPFLAGS)))
LINT_CFLAGS = -O2 -g -fPIC -fno-strict-aliasing -fwrapv $(LINT_CPPFLAGS) $(WARNINGS)
LINT_DIR = tmp/lint-$(MAJORVERSION)
LINT_CLANG = $(or $(CLANG),clang)

lint-warnings: lint-gcc lint-clang
lint-gcc: $(OBJS:src/%.o=$(LINT_DIR)/gcc/%.o)
lint-clang: $(OBJS:src/%.o=$(LINT_DIR)/clang/%.o)

$(LINT_DIR)/gcc/%.o: src/%.c $(wildcard src/*.h) Makefile
	@$(MKDIR_P) $(@D)
	gcc $(LINT_CFLAGS) -c -o $@ $<

$(LINT_DIR)/clang/%.o: src/%.c $(wildcard src/*.h) Makefile
	@$(MKDIR_P) $(@D)
	$(LINT_CLANG) $(LINT_CFLAGS) -c -o $@ $<

endif # needs PostgreSQL

setup:
	scripts/setup

demo:
	+scripts/demo

test:
	+scripts/test

bench:
	+scripts/bench $(BENCH)

matrix:
	+scripts/matrix

clean-cluster:
	scripts/cluster remove-all

clean-matrix:
	scripts/matrix clean

update-po:
	scripts/messages update

check-po:
	scripts/messages check

# PostgreSQL's own regression suite, with the library preloaded.
check-postgres:
	+scripts/check-postgres

# Compares the golden days of the tests with the npm package they came from.
check-calendar:
	test/calendar/check
