# nls.mk: what is translated; read by PostgreSQL's makefiles and by
# scripts/messages
CATALOG_NAME     = govdata
AVAIL_LANGUAGES  = $(shell cat po/LINGUAS)
GETTEXT_FILES    = $(sort $(wildcard src/*.c))
GETTEXT_TRIGGERS = _ gettext_noop GUC_check_errmsg GUC_check_errdetail GUC_check_errhint errmsg errmsg_plural:1,2 errdetail errdetail_log errdetail_plural:1,2 errhint errhint_plural:1,2 errcontext
GETTEXT_FLAGS    = GUC_check_errmsg:1:c-format GUC_check_errdetail:1:c-format GUC_check_errhint:1:c-format errmsg:1:c-format errmsg_plural:1:c-format errmsg_plural:2:c-format errdetail:1:c-format errdetail_log:1:c-format errdetail_plural:1:c-format errdetail_plural:2:c-format errhint:1:c-format errhint_plural:1:c-format errhint_plural:2:c-format errcontext:1:c-format
