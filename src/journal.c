/*-------------------------------------------------------------------------
 *
 * journal.c
 *	  The journal: every change of a governed row, in the same transaction.
 *
 * One statement trigger per event reads the transition tables and writes the
 * entries of the whole statement with table_multi_insert, as COPY does: an
 * INSERT through the executor costs twice as much, and the journal is written
 * with every act.  Because no trigger is on that way, the one that refuses
 * writing to the journal may refuse it to everybody.
 *
 * What an entry says must not depend on the session: instants are written in
 * UTC, numbers and texts as they are stored, and the few types whose text
 * follows a setting are written under fixed settings.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "common/sha2.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* columns of govdata.journal_entry, in the order of sql/40_journal.sql */
enum
{
	ENTRY_ID,
	ENTRY_AT,
	ENTRY_REAL_AT,
	ENTRY_SUBJECT,
	ENTRY_SUBJECT_KEY,
	ENTRY_EVENT,
	ENTRY_FROM_STATE,
	ENTRY_TO_STATE,
	ENTRY_ARTICLE,
	ENTRY_ACTOR,
	ENTRY_ROLE,
	ENTRY_DEPARTMENT,
	ENTRY_PROVIDER,
	ENTRY_CONSUMER,
	ENTRY_BEFORE,
	ENTRY_AFTER,
	ENTRY_DEPUTY,
	ENTRY_ON_BEHALF_OF,
	ENTRY_NATTS
};

/* arguments of the trigger, in the order in which _govern() gives them */
enum
{
	ARG_SUBJECT,
	ARG_KEY,
	ARG_STATE,
	ARG_PROVIDER,
	ARG_CONSUMER,
	ARG_ARTICLE,
	ARG_COUNT
};

#define MAX_KEYS		4
#define BATCH_ROWS		1000
#define BATCH_BYTES		((Size) 4 * 1024 * 1024)

/* how a value becomes JSON */
typedef enum GdJsonKind
{
	KIND_BOOL,
	KIND_INT2,
	KIND_INT4,
	KIND_INT8,
	KIND_NUMERIC,
	KIND_TEXT,
	KIND_INSTANT,
	KIND_JSONB,
	KIND_ARRAY,
	KIND_OTHER					/* the text of its output function */
} GdJsonKind;

typedef struct GdJsonType
{
	GdJsonKind	kind;
	Oid			typid;
	int16		typlen;
	bool		typbyval;
	char		typalign;
	FmgrInfo	output;			/* KIND_OTHER only */
	struct GdJsonType *element; /* KIND_ARRAY only */
} GdJsonType;

typedef struct GdColumn
{
	int			index;			/* attribute number less one */
	char	   *name;
	int			name_len;
	GdJsonType	type;
	bool		concealed;		/* only a digest is written */
} GdColumn;

/* what the trigger's arguments say about the governed table */
typedef struct GdGoverned
{
	char	   *subject;
	int			n_keys;
	GdColumn   *keys[MAX_KEYS];
	GdColumn   *state;
	GdColumn   *route;			/* which of the table's state machines it is */
	GdColumn   *provider;
	GdColumn   *consumer;
	int			article;
	int			n_columns;
	GdColumn   *columns;		/* in the order of jsonb's keys */
	bool		styled;			/* some text depends on a setting */
	GdColumn   *salt;			/* of digests; never written itself */
} GdGoverned;

/* the entries of one statement on their way */
typedef struct GdWriter
{
	Relation	rel;
	Oid			sequence;
	EState	   *estate;
	ResultRelInfo *result;
	TupleTableSlot **slots;
	int			n_slots;		/* made so far */
	int			n_rows;			/* filled and not yet written */
	MemoryContext batch;		/* values of the rows not yet written */
	Datum		common[ENTRY_NATTS];
	bool		common_null[ENTRY_NATTS];
	/* article of the last change of state: a statement makes one kind */
	const char *last_machine;
	char		last_from[64];
	char		last_to[64];
	int			last_article;
} GdWriter;

/* ---- who acts ---- */

static bool gd_time_acts = false;
static int	gd_time_acts_level = 0;
static bool gd_time_callbacks = false;

static void
gd_time_xact_callback(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE)
		gd_time_acts = false;
}

static void
gd_time_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						 SubTransactionId parentSubid, void *arg)
{
	(void) mySubid;
	(void) parentSubid;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB &&
		gd_time_acts_level >= GetCurrentTransactionNestLevel())
		gd_time_acts = false;
}

/*
 * gd_acting_as_time
 *		From now on (or no longer) what is written is what time has decided.
 *
 * An error ends it with the subtransaction that began it.  Sections may nest:
 * the inner one restores what it found.
 */
void
gd_acting_as_time(bool on)
{
	if (!gd_time_callbacks)
	{
		RegisterXactCallback(gd_time_xact_callback, NULL);
		RegisterSubXactCallback(gd_time_subxact_callback, NULL);
		gd_time_callbacks = true;
	}
	if (on && !gd_time_acts)
		gd_time_acts_level = GetCurrentTransactionNestLevel();
	gd_time_acts = on;
}

bool
gd_is_acting_as_time(void)
{
	return gd_time_acts;
}

/* ---- what is not for every reader of the journal ---- */

typedef struct GdConcealed
{
	const char *subject;
	const char *salt;
	const char *const *columns;
} GdConcealed;

static GdConcealed gd_concealed[16];
static int	gd_n_concealed = 0;

void
gd_journal_conceal(const char *subject, const char *salt, const char *const *columns)
{
	if (gd_n_concealed == lengthof(gd_concealed))
		elog(FATAL, "too many subjects with concealed columns");
	gd_concealed[gd_n_concealed++] = (GdConcealed) {subject, salt, columns};
}

/* ---- values as JSON ---- */

static void
gd_json_type_init(GdJsonType *type, Oid typid, bool *styled)
{
	Oid			base = getBaseType(typid);
	Oid			element = get_base_element_type(base);
	Oid			output;
	bool		varlena;

	memset(type, 0, sizeof(GdJsonType));
	type->typid = base;
	get_typlenbyvalalign(base, &type->typlen, &type->typbyval, &type->typalign);

	if (OidIsValid(element))
	{
		type->kind = KIND_ARRAY;
		type->element = palloc(sizeof(GdJsonType));
		gd_json_type_init(type->element, element, styled);
		return;
	}

	switch (base)
	{
		case BOOLOID:
			type->kind = KIND_BOOL;
			return;
		case INT2OID:
			type->kind = KIND_INT2;
			return;
		case INT4OID:
			type->kind = KIND_INT4;
			return;
		case INT8OID:
			type->kind = KIND_INT8;
			return;
		case NUMERICOID:
			type->kind = KIND_NUMERIC;
			return;
		case TEXTOID:
		case VARCHAROID:
			type->kind = KIND_TEXT;
			return;
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			type->kind = KIND_INSTANT;
			return;
		case JSONBOID:
			type->kind = KIND_JSONB;
			return;
		default:
			type->kind = KIND_OTHER;
			if (base != NAMEOID && base != BPCHAROID && base != UUIDOID &&
				base != REGROLEOID && get_typtype(base) != TYPTYPE_ENUM)
				*styled = true;
			getTypeOutputInfo(base, &output, &varlena);
			fmgr_info(output, &type->output);
	}
}

static void
gd_json_string(JsonbValue *result, char *text, int len)
{
	result->type = jbvString;
	result->val.string.val = text;
	result->val.string.len = len;
}

/* A scalar; arrays and jsonb containers are pushed by gd_json_push. */
static void
gd_json_scalar(GdJsonType *type, Datum value, JsonbValue *result)
{
	switch (type->kind)
	{
		case KIND_BOOL:
			result->type = jbvBool;
			result->val.boolean = DatumGetBool(value);
			break;
		case KIND_INT2:
			result->type = jbvNumeric;
			result->val.numeric = int64_to_numeric(DatumGetInt16(value));
			break;
		case KIND_INT4:
			result->type = jbvNumeric;
			result->val.numeric = int64_to_numeric(DatumGetInt32(value));
			break;
		case KIND_INT8:
			result->type = jbvNumeric;
			result->val.numeric = int64_to_numeric(DatumGetInt64(value));
			break;
		case KIND_NUMERIC:
			{
				Numeric		number = DatumGetNumeric(value);

				/* JSON has no NaN and no infinity */
				if (numeric_is_nan(number) || numeric_is_inf(number))
				{
					char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));

					gd_json_string(result, text, strlen(text));
					break;
				}
				result->type = jbvNumeric;
				result->val.numeric = number;
				break;
			}
		case KIND_TEXT:
			{
				text	   *string = DatumGetTextPP(value);

				gd_json_string(result, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
				break;
			}
		case KIND_INSTANT:
			{
				int			utc = 0;
				char	   *text = JsonEncodeDateTime(NULL, value, type->typid, &utc);

				gd_json_string(result, text, strlen(text));
				break;
			}
		default:
			{
				char	   *text = OutputFunctionCall(&type->output, value);

				gd_json_string(result, text, strlen(text));
			}
	}
}

static void
gd_json_push(JsonbParseState **state, JsonbIteratorToken token,
			 GdJsonType *type, Datum value, bool isnull)
{
	JsonbValue	scalar;

	if (isnull)
	{
		scalar.type = jbvNull;
		pushJsonbValue(state, token, &scalar);
	}
	else if (type->kind == KIND_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		GdJsonType *element = type->element;
		Datum	   *values;
		bool	   *nulls;
		int			n;

		/* arrays of more dimensions become one list: none of ours has them */
		deconstruct_array(array, ARR_ELEMTYPE(array), element->typlen,
						  element->typbyval, element->typalign,
						  &values, &nulls, &n);
		pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < n; i++)
			gd_json_push(state, WJB_ELEM, element, values[i], nulls[i]);
		pushJsonbValue(state, WJB_END_ARRAY, NULL);
	}
	else if (type->kind == KIND_JSONB)
	{
		Jsonb	   *jsonb = DatumGetJsonbP(value);

		if (JB_ROOT_IS_SCALAR(jsonb))
			JsonbExtractScalar(&jsonb->root, &scalar);
		else
		{
			scalar.type = jbvBinary;
			scalar.val.binary.data = &jsonb->root;
			scalar.val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
		}
		pushJsonbValue(state, token, &scalar);
	}
	else
	{
		gd_json_scalar(type, value, &scalar);
		pushJsonbValue(state, token, &scalar);
	}
}

/*
 * Proves what was there to whoever has it, and tells nothing to anybody else:
 * without the salt, a short text could be found by trying.
 */
static void
gd_json_digest(GdGoverned *gov, GdColumn *column, TupleTableSlot *slot, JsonbValue *result)
{
	StringInfoData said;
	bytea	   *digest;
	char	   *hex = palloc(2 * PG_SHA256_DIGEST_LENGTH);

	initStringInfo(&said);
	if (!slot->tts_isnull[gov->salt->index])
		appendStringInfoString(&said, TextDatumGetCString(slot->tts_values[gov->salt->index]));
	appendStringInfo(&said, "%s%s", column->name, TextDatumGetCString(slot->tts_values[column->index]));
	digest = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(cstring_to_text(said.data))));
	hex_encode(VARDATA_ANY(digest), PG_SHA256_DIGEST_LENGTH, hex);
	gd_json_string(result, hex, 2 * PG_SHA256_DIGEST_LENGTH);
}

/*
 * The row as an object.  With "chosen" only those columns, nulls included;
 * without it all columns that are not null.
 */
static Datum
gd_json_row(GdGoverned *gov, TupleTableSlot *slot, const bool *chosen)
{
	JsonbParseState *state = NULL;
	JsonbValue *object;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < gov->n_columns; i++)
	{
		GdColumn   *column = &gov->columns[i];
		JsonbValue	key;

		if (column == gov->salt || (chosen ? !chosen[i] : slot->tts_isnull[column->index]))
			continue;
		gd_json_string(&key, column->name, column->name_len);
		pushJsonbValue(&state, WJB_KEY, &key);
		if (column->concealed && !slot->tts_isnull[column->index])
		{
			JsonbValue	digest;

			gd_json_digest(gov, column, slot, &digest);
			pushJsonbValue(&state, WJB_VALUE, &digest);
			continue;
		}
		gd_json_push(&state, WJB_VALUE, &column->type,
					 slot->tts_values[column->index],
					 slot->tts_isnull[column->index]);
	}
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(object));
}

/* ---- the governed table ---- */

/* jsonb sorts keys by length first; given in that order it need not sort */
static int
gd_column_cmp(const void *a, const void *b)
{
	const GdColumn *x = a;
	const GdColumn *y = b;

	if (x->name_len != y->name_len)
		return x->name_len < y->name_len ? -1 : 1;
	return memcmp(x->name, y->name, x->name_len);
}

static GdColumn *
gd_find_column(GdGoverned *gov, const char *name, Relation rel)
{
	if (name[0] == '\0')
		return NULL;
	for (int i = 0; i < gov->n_columns; i++)
		if (strcmp(gov->columns[i].name, name) == 0)
			return &gov->columns[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("table \"%s\" has lost column \"%s\", by which its acts are recorded",
					RelationGetRelationName(rel), name),
			 errdetail("No act is accepted that cannot be recorded."),
			 errhint("Give the column back the name that the extension gave it.")));
}

static GdGoverned *
gd_governed(TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	desc = RelationGetDescr(rel);
	char	  **args = trigdata->tg_trigger->tgargs;
	GdGoverned *gov = palloc0(sizeof(GdGoverned));
	char	   *key;

	if (trigdata->tg_trigger->tgnargs != ARG_COUNT)
		elog(ERROR, "journal trigger of \"%s\" has %d arguments, not %d",
			 RelationGetRelationName(rel), trigdata->tg_trigger->tgnargs, ARG_COUNT);

	gov->columns = palloc0(desc->natts * sizeof(GdColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		GdColumn   *column = &gov->columns[gov->n_columns];

		if (att->attisdropped)
			continue;
		column->index = i;
		column->name = NameStr(att->attname);
		column->name_len = strlen(column->name);
		gd_json_type_init(&column->type, att->atttypid, &gov->styled);
		gov->n_columns++;
	}
	qsort(gov->columns, gov->n_columns, sizeof(GdColumn), gd_column_cmp);

	gov->subject = args[ARG_SUBJECT];
	for (key = strtok(pstrdup(args[ARG_KEY]), ","); key; key = strtok(NULL, ","))
	{
		if (gov->n_keys == MAX_KEYS)
			elog(ERROR, "journal trigger of \"%s\" names too many key columns",
				 RelationGetRelationName(rel));
		gov->keys[gov->n_keys++] = gd_find_column(gov, key, rel);
	}
	gov->state = gd_find_column(gov, args[ARG_STATE], rel);
	gov->route = gd_find_column(gov, gd_machine_column(RelationGetRelationName(rel)), rel);
	gov->provider = gd_find_column(gov, args[ARG_PROVIDER], rel);
	gov->consumer = gd_find_column(gov, args[ARG_CONSUMER], rel);
	gov->article = args[ARG_ARTICLE][0] ? pg_strtoint32(args[ARG_ARTICLE]) : 0;
	for (int i = 0; i < gd_n_concealed; i++)
	{
		if (strcmp(gd_concealed[i].subject, gov->subject) != 0)
			continue;
		gov->salt = gd_find_column(gov, gd_concealed[i].salt, rel);
		for (const char *const *name = gd_concealed[i].columns; *name; name++)
			gd_find_column(gov, *name, rel)->concealed = true;
	}
	return gov;
}

/* a value as text: a key or a state */
static void
gd_column_text(StringInfo out, GdColumn *column, TupleTableSlot *slot)
{
	JsonbValue	scalar;
	Datum		value = slot->tts_values[column->index];

	if (slot->tts_isnull[column->index])
		return;
	if (column->type.kind == KIND_INT8)
		appendStringInfo(out, INT64_FORMAT, DatumGetInt64(value));
	else if (column->type.kind == KIND_INT4)
		appendStringInfo(out, "%d", DatumGetInt32(value));
	else if (column->type.kind == KIND_INT2)
		appendStringInfo(out, "%d", DatumGetInt16(value));
	else
	{
		gd_json_scalar(&column->type, value, &scalar);
		if (scalar.type != jbvString)
			elog(ERROR, "column \"%s\" cannot be a journal key", column->name);
		appendBinaryStringInfo(out, scalar.val.string.val, scalar.val.string.len);
	}
}

static char *
gd_row_key(GdGoverned *gov, TupleTableSlot *slot)
{
	StringInfoData key;

	initStringInfo(&key);
	for (int i = 0; i < gov->n_keys; i++)
	{
		if (i > 0)
			appendStringInfoChar(&key, '/');
		gd_column_text(&key, gov->keys[i], slot);
	}
	return key.data;
}

/* state of a row, "" for none */
static char *
gd_row_state(GdGoverned *gov, TupleTableSlot *slot)
{
	StringInfoData state;

	if (slot == NULL || gov->state == NULL)
		return "";
	initStringInfo(&state);
	gd_column_text(&state, gov->state, slot);
	return state.data;
}

/* ---- writing ---- */

static void
gd_writer_actor(GdWriter *writer)
{
	int64		department = 0;
	const char *actor = "time";

	if (!gd_time_acts)
	{
		department = gd_current_department();
		actor = department == 0 && gd_is_administrator() ? "administrator" : "department";
	}
	writer->common[ENTRY_ACTOR] = CStringGetTextDatum(actor);
	writer->common_null[ENTRY_ACTOR] = false;
	writer->common[ENTRY_ROLE] =
		CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false));
	writer->common_null[ENTRY_ROLE] = false;
	if (department != 0)
	{
		const char *deputy;
		const char *officer;

		writer->common[ENTRY_DEPARTMENT] = Int64GetDatum(department);
		writer->common_null[ENTRY_DEPARTMENT] = false;
		if (gd_deputizes(department, &deputy, &officer))
		{
			writer->common[ENTRY_DEPUTY] = CStringGetTextDatum(deputy);
			writer->common[ENTRY_ON_BEHALF_OF] = CStringGetTextDatum(officer);
			writer->common_null[ENTRY_DEPUTY] = writer->common_null[ENTRY_ON_BEHALF_OF] = false;
		}
	}
}

static void
gd_writer_begin(GdWriter *writer, GdGoverned *gov, const char *event)
{
	memset(writer, 0, sizeof(GdWriter));
	memset(writer->common_null, true, sizeof(writer->common_null));
	writer->last_article = -1;

	writer->rel = table_open(gd_relid_required(GD_JOURNAL_ENTRY), RowExclusiveLock);
	writer->sequence = get_relname_relid("journal_entry_id_seq",
										 RelationGetNamespace(writer->rel));
	if (RelationGetDescr(writer->rel)->natts != ENTRY_NATTS || !OidIsValid(writer->sequence))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the journal does not have the shape this library writes"),
				 errdetail("No act is accepted that cannot be recorded."),
				 errhint("Bring library and extension to the same version: ALTER EXTENSION govdata UPDATE.")));

	writer->estate = CreateExecutorState();
	writer->result = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->result, writer->rel, 0, NULL, 0);
	ExecOpenIndices(writer->result, false);
	writer->slots = palloc(BATCH_ROWS * sizeof(TupleTableSlot *));
	writer->batch = AllocSetContextCreate(CurrentMemoryContext, "govdata journal",
										  ALLOCSET_DEFAULT_SIZES);

	writer->common[ENTRY_AT] = TimestampTzGetDatum(gd_clock());
	writer->common_null[ENTRY_AT] = false;
	writer->common[ENTRY_REAL_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	writer->common_null[ENTRY_REAL_AT] = false;
	writer->common[ENTRY_SUBJECT] = CStringGetTextDatum(gov->subject);
	writer->common_null[ENTRY_SUBJECT] = false;
	writer->common[ENTRY_EVENT] = CStringGetTextDatum(event);
	writer->common_null[ENTRY_EVENT] = false;
	gd_writer_actor(writer);
}

static void
gd_writer_flush(GdWriter *writer)
{
	if (writer->n_rows == 0)
		return;
	table_multi_insert(writer->rel, writer->slots, writer->n_rows,
					   GetCurrentCommandId(true), 0, NULL);
	for (int i = 0; i < writer->n_rows; i++)
	{
		GD_EXEC_INSERT_INDEX_TUPLES(writer->result, writer->slots[i], writer->estate);
		ExecClearTuple(writer->slots[i]);
		ResetPerTupleExprContext(writer->estate);
	}
	writer->n_rows = 0;
	MemoryContextReset(writer->batch);
}

static void
gd_writer_end(GdWriter *writer)
{
	gd_writer_flush(writer);
	for (int i = 0; i < writer->n_slots; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	ExecCloseIndices(writer->result);
	FreeExecutorState(writer->estate);
	MemoryContextDelete(writer->batch);
	table_close(writer->rel, NoLock);
}

static int
gd_writer_article(GdWriter *writer, GdGoverned *gov, TupleTableSlot *row, const char *from, const char *to)
{
	int			article = gov->article;
	const char *machine = gov->subject;

	if (strcmp(from, to) == 0)
		return article;
	if (gov->route && !row->tts_isnull[gov->route->index])
		machine = gd_machine(gov->subject, TextDatumGetCString(row->tts_values[gov->route->index]));
	if (writer->last_article >= 0 && machine == writer->last_machine &&
		strcmp(writer->last_from, from) == 0 && strcmp(writer->last_to, to) == 0)
		return writer->last_article;

	if (gd_transition_article(machine, from, to) > 0)
		article = gd_transition_article(machine, from, to);
	writer->last_machine = machine;
	strlcpy(writer->last_from, from, sizeof(writer->last_from));
	strlcpy(writer->last_to, to, sizeof(writer->last_to));
	writer->last_article = article;
	return article;
}

static void
gd_set_text(TupleTableSlot *slot, int column, const char *text)
{
	slot->tts_values[column] = CStringGetTextDatum(text);
	slot->tts_isnull[column] = false;
}

static void
gd_set_party(TupleTableSlot *slot, int column, GdColumn *party, TupleTableSlot *row)
{
	if (party == NULL || row->tts_isnull[party->index])
		return;
	slot->tts_values[column] = row->tts_values[party->index];
	slot->tts_isnull[column] = false;
}

static void
gd_set_rows(TupleTableSlot *slot, GdGoverned *gov, TupleTableSlot *old,
			TupleTableSlot *new, const bool *changed)
{
	if (old)
	{
		slot->tts_values[ENTRY_BEFORE] = gd_json_row(gov, old, changed);
		slot->tts_isnull[ENTRY_BEFORE] = false;
	}
	if (new)
	{
		slot->tts_values[ENTRY_AFTER] = gd_json_row(gov, new, changed);
		slot->tts_isnull[ENTRY_AFTER] = false;
	}
}

/* One entry: new is NULL for a delete, old for an insert. */
static void
gd_writer_add(GdWriter *writer, GdGoverned *gov, TupleTableSlot *old,
			  TupleTableSlot *new, const bool *changed)
{
	MemoryContext caller;
	TupleTableSlot *slot;
	TupleTableSlot *row = new ? new : old;
	char	   *from;
	char	   *to;
	int			article;

	if (writer->n_rows == writer->n_slots)
		writer->slots[writer->n_slots++] = table_slot_create(writer->rel, NULL);
	slot = writer->slots[writer->n_rows];
	ExecClearTuple(slot);
	memcpy(slot->tts_values, writer->common, sizeof(writer->common));
	memcpy(slot->tts_isnull, writer->common_null, sizeof(writer->common_null));

	caller = MemoryContextSwitchTo(writer->batch);
	slot->tts_values[ENTRY_ID] = Int64GetDatum(nextval_internal(writer->sequence, false));
	slot->tts_isnull[ENTRY_ID] = false;
	gd_set_text(slot, ENTRY_SUBJECT_KEY, gd_row_key(gov, row));
	from = gd_row_state(gov, old);
	to = gd_row_state(gov, new);
	if (from[0])
		gd_set_text(slot, ENTRY_FROM_STATE, from);
	if (to[0])
		gd_set_text(slot, ENTRY_TO_STATE, to);
	article = gd_writer_article(writer, gov, row, from, to);
	if (article > 0)
	{
		slot->tts_values[ENTRY_ARTICLE] = Int16GetDatum(article);
		slot->tts_isnull[ENTRY_ARTICLE] = false;
	}
	gd_set_party(slot, ENTRY_PROVIDER, gov->provider, row);
	gd_set_party(slot, ENTRY_CONSUMER, gov->consumer, row);
	gd_set_rows(slot, gov, old, new, changed);
	MemoryContextSwitchTo(caller);

	ExecStoreVirtualTuple(slot);
	writer->n_rows++;
	if (writer->n_rows == BATCH_ROWS ||
		MemoryContextMemAllocated(writer->batch, false) > BATCH_BYTES)
		gd_writer_flush(writer);
}

/* ---- the trigger ---- */

static bool
gd_find_changes(GdGoverned *gov, TupleTableSlot *old, TupleTableSlot *new, bool *changed)
{
	bool		any = false;

	for (int i = 0; i < gov->n_columns; i++)
	{
		GdColumn   *column = &gov->columns[i];
		int			k = column->index;

		if (old->tts_isnull[k] || new->tts_isnull[k])
			changed[i] = old->tts_isnull[k] != new->tts_isnull[k];
		else
			changed[i] = !datum_image_eq(old->tts_values[k], new->tts_values[k],
										 column->type.typbyval, column->type.typlen);
		any |= changed[i];
	}
	return any;
}

static TupleTableSlot *
gd_rows_begin(Tuplestorestate *rows, TupleDesc desc)
{
	if (rows == NULL)
		return NULL;
	tuplestore_select_read_pointer(rows, 0);
	tuplestore_rescan(rows);
	return MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
}

static bool
gd_rows_next(Tuplestorestate *rows, TupleTableSlot *slot)
{
	if (!tuplestore_gettupleslot(rows, true, false, slot))
		return false;
	slot_getallattrs(slot);
	return true;
}

/*
 * The executor puts the old and the new version of a row into their tables
 * together, so the n-th of one belongs to the n-th of the other.  The keys say
 * whether that still holds: a wrong pair would be a false record.
 */
static void
gd_check_pair(GdGoverned *gov, TupleTableSlot *old, TupleTableSlot *new, Relation rel)
{
	for (int i = 0; i < gov->n_keys; i++)
	{
		int			k = gov->keys[i]->index;

		if (old->tts_isnull[k] != new->tts_isnull[k] ||
			(!old->tts_isnull[k] &&
			 !datum_image_eq(old->tts_values[k], new->tts_values[k],
							 gov->keys[i]->type.typbyval, gov->keys[i]->type.typlen)))
			ereport(ERROR,
					(errcode(GD_ERRCODE(32)),
					 errmsg("the key of a row of \"%s\" cannot be changed",
							RelationGetRelationName(rel)),
					 errdetail("The journal tells a row's story by its key. Measures, Article 32."),
					 errhint("Insert a new row instead.")));
	}
}

/* types whose text follows a setting get one text for all sessions */
static void
gd_fix_styles(void)
{
	static const char *const fixed[][2] = {
		{"DateStyle", "ISO, YMD"}, {"TimeZone", "UTC"},
		{"IntervalStyle", "iso_8601"}, {"bytea_output", "hex"},
		{"extra_float_digits", "1"}, {"search_path", "pg_catalog, pg_temp"},
	};

	for (int i = 0; i < (int) lengthof(fixed); i++)
		(void) set_config_option(fixed[i][0], fixed[i][1], PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static void
gd_journal_statement(TriggerData *trigdata, GdGoverned *gov, const char *event)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	Tuplestorestate *old_rows = trigdata->tg_oldtable;
	Tuplestorestate *new_rows = trigdata->tg_newtable;
	TupleTableSlot *old = gd_rows_begin(old_rows, desc);
	TupleTableSlot *new = gd_rows_begin(new_rows, desc);
	bool	   *changed = old && new ? palloc(desc->natts * sizeof(bool)) : NULL;
	GdWriter	writer;

	gd_writer_begin(&writer, gov, event);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (old && !gd_rows_next(old_rows, old))
			break;
		if (new && !gd_rows_next(new_rows, new))
			break;
		if (changed)
		{
			gd_check_pair(gov, old, new, trigdata->tg_relation);
			if (!gd_find_changes(gov, old, new, changed))
				continue;
		}
		gd_writer_add(&writer, gov, old, new, changed);
	}
	gd_writer_end(&writer);
	if (old)
		ExecDropSingleTupleTableSlot(old);
	if (new)
		ExecDropSingleTupleTableSlot(new);
}

PG_FUNCTION_INFO_V1(gd_journal);

/*
 * gd_journal
 *		AFTER statement trigger with transition tables: writes the entries.
 */
Datum
gd_journal(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	MemoryContext context;
	MemoryContext caller;
	GdGoverned *gov;
	const char *event;
	int			guc_level;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "govdata._journal")));
	if (!gd_guarding())
		return PointerGetDatum(NULL);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		event = "insert";
	else if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		event = "update";
	else
		event = "delete";

	/* most statements of a batch job touch no row: leave at once */
	if (tuplestore_tuple_count(trigdata->tg_oldtable ? trigdata->tg_oldtable
							   : trigdata->tg_newtable) == 0)
		return PointerGetDatum(NULL);

	context = AllocSetContextCreate(CurrentMemoryContext, "govdata journal statement",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	gov = gd_governed(trigdata);
	guc_level = gov->styled ? NewGUCNestLevel() : 0;
	if (gov->styled)
		gd_fix_styles();
	gd_journal_statement(trigdata, gov, event);
	if (gov->styled)
		AtEOXact_GUC(true, guc_level);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return PointerGetDatum(NULL);
}

/* ---- what may not be done to evidence ---- */

PG_FUNCTION_INFO_V1(gd_append_only);

/*
 * gd_append_only
 *		BEFORE statement trigger of the journal and its seals.
 */
Datum
gd_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const char *relname;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "govdata._append_only")));
	relname = RelationGetRelationName(trigdata->tg_relation);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		if (gd_restore || gd_own_writing())
			return PointerGetDatum(NULL);
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("rows of \"%s\" are written by the extension only", relname),
				 errdetail("Evidence written by hand would be none. Measures, Article 32."),
				 errhint("Change the governed row: its entry is written in the same transaction. "
						 "To load a dump, set govdata.restore.")));
	}
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("rows of \"%s\" can be neither changed nor removed", relname),
			 errdetail("Evidence is append-only for everybody, its owner and superusers included. Measures, Article 32."),
			 errhint("Correct the governed row instead, where there is one: the journal then shows both versions.")));
}

PG_FUNCTION_INFO_V1(gd_no_truncate);

/*
 * gd_no_truncate
 *		BEFORE TRUNCATE trigger of the governed tables: no row could be
 *		recorded on the way.
 */
Datum
gd_no_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "govdata._no_truncate")));
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("table \"%s\" cannot be truncated",
					RelationGetRelationName(trigdata->tg_relation)),
			 errdetail("TRUNCATE removes rows without a record of any of them. Measures, Article 32."),
			 errhint("End rows through their states; where a row may be deleted, DELETE records it.")));
}
