/*-------------------------------------------------------------------------
 *
 * derive.c
 *	  What follows from the rows that a statement changed.
 *
 * Derived rows are written by AFTER STATEMENT triggers, set-based over the
 * transition tables, as the extension's owner: nobody else can write them,
 * and a statement over many rows costs one of these, not one a row.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_derive);
PG_FUNCTION_INFO_V1(gd_calendar_before);
PG_FUNCTION_INFO_V1(gd_calendar_after);

#define GD_MAX_STATEMENTS 8

typedef struct GdConsequence
{
	const char *name;			/* the trigger's argument; of one table only, by whose rows it is planned */
	GdStatementText statements[GD_MAX_STATEMENTS];
} GdConsequence;

/*
 * Most requests are asked, answered and done: what follows from a move on the
 * way upward, or from items that are named later, is looked for only where a
 * guard of this transaction has seen such a row.
 */
bool		gd_moved_on_way = false;
static const char *const gd_on_way[] = {"hop", "hop_new", "request_named"};

/*
 * What came into force with this statement, one row a resource: a statement
 * may approve several entries, and each counts.
 */
#define ENTRIES_APPROVED \
	"(SELECT n.resource, bool_or(n.items IS NULL) AS whole," \
	" array_agg(DISTINCT i.name) FILTER (WHERE i.name IS NOT NULL) AS items," \
	" string_agg(DISTINCT govdata._on_record('negative_entry', n.id::text, n.legal_basis, n.basis_article), '; ') AS name" \
	" FROM new_rows n JOIN old_rows o ON o.id = n.id LEFT JOIN LATERAL unnest(n.items) AS i (name) ON true" \
	" WHERE n.state = 'approved' AND o.state = 'reviewed' GROUP BY n.resource)"

/* the same for what ceased to be in force */
#define ENTRIES_ENDED \
	"(SELECT n.resource, bool_or(n.items IS NULL) AS whole, min(n.id) AS id," \
	" array_agg(DISTINCT i.name) FILTER (WHERE i.name IS NOT NULL) AS items" \
	" FROM new_rows n JOIN old_rows o ON o.id = n.id LEFT JOIN LATERAL unnest(n.items) AS i (name) ON true" \
	" WHERE n.state IN ('lifted', 'lapsed') AND o.state IN ('approved', 'reported') GROUP BY n.resource)"
#define NO_ENTRY_IN_FORCE \
	"NOT EXISTS (SELECT FROM govdata.negative_entry x WHERE x.resource = e.resource" \
	" AND x.state IN ('approved', 'reported') AND "

#define QUALITY_DUE "INSERT INTO govdata.quality_state AS s (resource, due_at) "
#define QUALITY_DUE_ALREADY " ON CONFLICT (resource) DO UPDATE SET due_at = excluded.due_at WHERE s.run IS NULL"

#define END_OF_DAY(day) "(" day " + 1)::timestamp AT TIME ZONE current_setting('govdata.timezone')"

/* the authorizations of requests: what was asked for before it was in the catalog begins with its listing */
#define AUTHORIZE_REQUESTS \
	"INSERT INTO govdata.share_authorization AS a (id, request, resource, provider, consumer," \
	" items, purpose, usage, basis, valid_from, valid_until, state, mode, row_filter, applicant)" \
	" SELECT n.authorization_id, n.id, n.resource, n.provider, n.consumer, n.granted_items," \
	" n.purpose, n.usage, n.answer_basis, coalesce(n.listed_at, n.answered_at)," \
	" " END_OF_DAY("n.valid_until") ", 'active', n.mode, n.row_filter, n.applicant" \
	" FROM new_rows n"

/* nothing of the request is left to be granted */
#define REQUEST_IS_EMPTIED "e.whole OR r.items <@ (e.items || r.refused_items)"

/*
 * Article 15: what a system or a purchase owes follows from its entries.  The
 * debtors are locked first, so that of two acts that each close one entry the
 * later sees the other's.
 */
#define SETTLE_DEBTS(table, column, due, done, whose) \
	{"SELECT 1 FROM govdata." table " s WHERE s.state IN ('" due "', '" done "') AND s.id IN (" whose ")" \
		" ORDER BY s.id FOR UPDATE", 0, NULL, NULL}, \
	{"UPDATE govdata." table " s SET state = CASE s.state WHEN '" due "' THEN '" done "' ELSE '" due "' END" \
		" WHERE s.state IN ('" due "', '" done "') AND s.id IN (" whose ")" \
		" AND (s.state = '" done "') = EXISTS (SELECT FROM govdata.planned_entry_board b" \
		"  WHERE b." column " = s.id AND b.missing IS NOT NULL)", 0, NULL, NULL}
#define SETTLE_SYSTEMS(whose) SETTLE_DEBTS("business_system", "business_system", "built", "fulfilled", whose)
#define SETTLE_PURCHASES(whose) SETTLE_DEBTS("data_purchase", "data_purchase", "contracted", "catalogued", whose)
#define SETTLE_RESOURCES(which) \
	SETTLE_SYSTEMS("SELECT e.business_system FROM govdata.planned_entry e WHERE e.resource IN (" which ")"), \
	SETTLE_PURCHASES("SELECT e.data_purchase FROM govdata.planned_entry e WHERE e.resource IN (" which ")")

/*
 * What is withheld is withheld in all that was made from it, near
 * and far, until it is taken out.
 */
#define SUSPEND_DERIVED(seed) \
	{"WITH RECURSIVE below AS (" seed \
		" UNION SELECT s.resource, b.why FROM below b JOIN govdata.resource_source s" \
		"  ON s.source = b.resource AND s.state = 'recorded')" \
		" UPDATE govdata.resource d SET state = 'suspended', state_reason = b.why," \
		" version = d.version + 1, updated_at = govdata.clock()" \
		" FROM (SELECT resource, min(why) AS why FROM below GROUP BY resource) b" \
		" WHERE d.id = b.resource AND d.state = 'published' AND d.sharing <> 'withheld'", 0, NULL, NULL}

static GdConsequence gd_consequences[] = {
	/* what a doubt was answered before it was taken up again */
	{"doubt_round", {
			{"INSERT INTO govdata.doubt_round (doubt, round, provider, raised_by, salt, notified_at, due_on, due_at,"
				" due_provisional, answered_at, answer, answer_reason, repaired_at, repair)"
				" SELECT o.id, o.round, o.provider, o.raised_by, o.salt, o.notified_at, o.due_on, o.due_at,"
				" o.due_provisional, o.answered_at, o.answer, o.answer_reason, o.repaired_at, o.repair"
			" FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE n.round > o.round", 0, NULL, NULL},
	}},
	/* a resource with a rule that has become active is checked at once */
	{"quality_due_new", {
			{QUALITY_DUE "SELECT n.resource, max(govdata.clock()) FROM new_rows n WHERE n.state = 'active' GROUP BY n.resource" QUALITY_DUE_ALREADY,
			0, NULL, NULL},
	}},
	{"quality_due", {
			{QUALITY_DUE "SELECT n.resource, max(govdata.clock()) FROM new_rows n JOIN old_rows o ON o.id = n.id"
			" WHERE n.state = 'active' AND o.state <> 'active' GROUP BY n.resource" QUALITY_DUE_ALREADY, 0, NULL, NULL},
	}},
	/* the items of a request, so that a foreign key holds them */
	{"request_item", {
			{"INSERT INTO govdata.share_request_item (request, resource, item)"
			" SELECT n.id, n.resource, unnest(n.items) FROM new_rows n WHERE n.resource IS NOT NULL", 0, NULL, NULL},
	}},
	/* what a request for data outside the catalog, or one that was returned, named later */
	{"request_named", {
			{"DELETE FROM govdata.share_request_item i USING new_rows n JOIN old_rows o ON o.id = n.id"
			" WHERE i.request = n.id AND o.items IS DISTINCT FROM n.items AND i.item <> ALL (n.items)", 0, NULL, NULL},
			{"INSERT INTO govdata.share_request_item (request, resource, item)"
				" SELECT n.id, n.resource, unnest(n.items) FROM new_rows n JOIN old_rows o ON o.id = n.id"
			" WHERE o.items IS DISTINCT FROM n.items ON CONFLICT DO NOTHING", 0, NULL, NULL},
	}},
	/* Article 21: a hop for each authority that has held the need */
	{"hop_new", {
			{"INSERT INTO govdata.request_hop (request, hop, authority, received_at)"
			" SELECT n.id, 1, n.holder, n.reported_at FROM new_rows n WHERE n.state = 'reported'", 0, NULL, NULL},
	}},
	{"hop", {
			{"UPDATE govdata.request_hop h SET left_at = govdata.clock(),"
				" outcome = CASE WHEN n.state IN ('returned', 'withdrawn') THEN n.state ELSE 'forwarded' END,"
				" reason = CASE WHEN n.state = 'returned' THEN n.return_reason END"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE o.state = 'reported' AND (n.state <> 'reported' OR n.holder <> o.holder)"
			" AND h.request = n.id AND h.left_at IS NULL", 0, NULL, NULL},
			{"INSERT INTO govdata.request_hop (request, hop, authority, received_at)"
				" SELECT n.id, 1 + (SELECT max(h.hop) FROM govdata.request_hop h WHERE h.request = n.id), n.holder, govdata.clock()"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
			" WHERE n.state = 'reported' AND (o.state <> 'reported' OR n.holder <> o.holder)", 0, NULL, NULL},
	}},
	/* Article 20: the platform authorizes by itself */
	{"authorize_new", {
			{AUTHORIZE_REQUESTS " WHERE n.state = 'approved'", 0, NULL, NULL},
	}},
	/* the same for an answer; an agreement may widen or restore what there is */
	{"authorize", {
			{AUTHORIZE_REQUESTS " JOIN old_rows o ON o.id = n.id"
				" WHERE n.state IN ('approved', 'agreed', 'listed') AND o.state <> n.state AND n.granted_items IS NOT NULL"
				" ON CONFLICT (id) DO UPDATE SET items = excluded.items, basis = excluded.basis,"
				" row_filter = excluded.row_filter,"
				/* what was agreed ends a revocation, not a suspension for an incident */
				" state = CASE a.state WHEN 'suspended' THEN a.state ELSE 'active' END,"
				" ground = CASE a.state WHEN 'suspended' THEN a.ground END,"
			" reason = CASE a.state WHEN 'suspended' THEN a.reason END, version = a.version + 1", 0, NULL, NULL},
	}},
	/* every version of an entry is kept; the end of sharing ends authorizations */
	{"resource_version", {
			{"INSERT INTO govdata.resource_version (resource, version, recorded_at, department, entry)"
				" SELECT n.id, n.version, govdata.clock(), govdata.current_department(),"
				" to_jsonb(n) || jsonb_build_object('items', (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.name)"
				"  FROM govdata.resource_item i WHERE i.resource = n.id))"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE n.state <> 'draft' AND (n.version <> o.version OR o.state = 'draft')"
			" ON CONFLICT (resource, version) DO NOTHING", 0, NULL, NULL},
			{"UPDATE govdata.share_authorization a SET state = 'revoked', ground = 'withdrawn',"
				" reason = n.state_reason, version = a.version + 1"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE n.state = 'withdrawn' AND o.state <> 'withdrawn'"
			" AND a.resource = n.id AND a.state IN ('active', 'suspended')", 0, NULL, NULL},
			/* a looser class makes authorizations unneeded */
			{"UPDATE govdata.share_authorization a SET state = 'expired', ground = 'unneeded',"
				" reason = govdata._on_record('unneeded'), version = a.version + 1"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE n.sharing = 'unconditional' AND o.sharing <> 'unconditional'"
				" AND a.resource = n.id AND a.state IN ('active', 'suspended')"
				/* what was applied for upward needs its authorization whatever the class (Article 21) */
				" AND a.applicant IS NULL"
				" AND NOT EXISTS (SELECT FROM govdata.resource_item i WHERE i.resource = n.id"
			"  AND i.name = ANY (a.items) AND i.sharing <> 'unconditional')", 0, NULL, NULL},
			/* what is found of it */
			{"INSERT INTO govdata.resource_search AS s (resource, provider, region, sharing, document)"
				" SELECT n.id, n.provider, p.region, n.sharing, govdata._search_document(n.id, n.code, n.title, n.abstract)"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN govdata.department p ON p.id = n.provider"
				" WHERE n.state IN ('published', 'suspended') AND (n.version <> o.version OR o.state = 'draft')"
				" ON CONFLICT (resource) DO UPDATE SET provider = excluded.provider, region = excluded.region,"
				" sharing = excluded.sharing, document = excluded.document WHERE (s.provider, s.region, s.sharing, s.document)"
			" IS DISTINCT FROM (excluded.provider, excluded.region, excluded.sharing, excluded.document)", 0, NULL, NULL},
			{"DELETE FROM govdata.resource_search s USING new_rows n"
			" WHERE s.resource = n.id AND n.state = 'withdrawn'", 0, NULL, NULL},
			/* what is derived from a source is no less strict */
			{"UPDATE govdata.resource d SET sharing = 'conditional',"
				" sharing_conditions = coalesce(d.sharing_conditions,"
				"  govdata._on_record('source_conditions', n.code, n.sharing_conditions)),"
				" version = d.version + 1, updated_at = govdata.clock()"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" JOIN govdata.resource_source s ON s.source = n.id AND s.state = 'recorded'"
				" WHERE n.sharing = 'conditional' AND o.sharing = 'unconditional'"
			" AND d.id = s.resource AND d.sharing = 'unconditional'", 0, NULL, NULL},
			SUSPEND_DERIVED("SELECT s.resource, govdata._on_record('source_withheld', n.code) AS why"
							" FROM new_rows n JOIN old_rows o ON o.id = n.id"
							" JOIN govdata.resource_source s ON s.source = n.id AND s.state = 'recorded'"
							" WHERE n.sharing = 'withheld' AND o.sharing <> 'withheld'"),
			/* nor is it open to more than its source is */
			{"UPDATE govdata.resource d SET opening = n.opening,"
				" opening_conditions = coalesce(d.opening_conditions, n.opening_conditions),"
				" opening_ground = coalesce(d.opening_ground, n.opening_ground),"
				" opening_state = CASE WHEN n.opening = 'conditional' OR d.opening_state = 'closed' THEN d.opening_state"
				"  ELSE 'withdrawn' END,"
				" version = d.version + 1, updated_at = govdata.clock()"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" JOIN govdata.resource_source s ON s.source = n.id AND s.state = 'recorded'"
				" WHERE n.opening <> o.opening AND d.id = s.resource"
			" AND " GD_OPENING_RANK("n.opening") " > " GD_OPENING_RANK("d.opening"), 0, NULL, NULL},
	}},
	/* Article 11: the round closes when nothing is left to be confirmed */
	{"maintenance_confirmed", {
			{"UPDATE govdata.maintenance_round m SET state = 'closed'"
				" WHERE m.state = 'open' AND m.id IN (SELECT n.round FROM new_rows n)"
			" AND NOT EXISTS (SELECT FROM govdata.maintenance_outstanding o WHERE o.round = m.id)", 0, NULL, NULL},
	}},
	/* entries are found where their provider is */
	{"department_moved", {
			{"UPDATE govdata.resource_search s SET region = n.region FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" JOIN govdata.resource r ON r.provider = n.id WHERE n.region <> o.region"
			" AND s.resource = r.id AND s.region <> n.region", 0, NULL, NULL},
	}},
	/* Article 14: the registry and the history say the same */
	{"officer_named", {
			{"UPDATE govdata.department d SET data_officer = n.officer FROM new_rows n"
			" WHERE d.id = n.department AND n.state = 'current' AND d.data_officer IS DISTINCT FROM n.officer", 0, NULL, NULL},
	}},
	{"department_kept", {
			{"INSERT INTO govdata.data_officer (department, officer) SELECT n.id, n.data_officer FROM new_rows n"
				" WHERE n.data_officer IS NOT NULL AND coalesce(upper(n.valid) > govdata.legal_date(govdata.clock()), true)"
				" AND NOT EXISTS (SELECT FROM govdata.data_officer o"
			"  WHERE o.department = n.id AND o.state = 'current' AND o.officer = n.data_officer)", 0, NULL, NULL},
			{"UPDATE govdata.data_officer o SET state = 'ended' FROM new_rows n"
			" WHERE o.department = n.id AND n.data_officer IS NULL AND o.state = 'current'", 0, NULL, NULL},
			{"INSERT INTO govdata.department_name (department, since, name) SELECT n.id,"
				" CASE WHEN l.name IS NULL THEN '-infinity' ELSE govdata.clock() END, n.name FROM new_rows n"
				" LEFT JOIN LATERAL (SELECT m.name FROM govdata.department_name m WHERE m.department = n.id"
				"  ORDER BY m.since DESC LIMIT 1) l ON true WHERE l.name IS DISTINCT FROM n.name", 0, NULL, NULL},
	}},
	/* a changed item is a new version of its entry */
	{"item_version", {
			{"UPDATE govdata.resource r SET version = r.version + 1, updated_at = govdata.clock()"
			" WHERE r.state <> 'draft' AND r.id IN (SELECT n.resource FROM new_rows n)", 0, NULL, NULL},
	}},
	/* what was derived from an item that is now stricter is so too; from one that is withheld, shared no longer */
	{"item_withheld", {
			{"UPDATE govdata.resource d SET sharing = 'conditional',"
				" sharing_conditions = coalesce(d.sharing_conditions,"
				"  govdata._on_record('source_item_conditions', n.name, r.code, r.sharing_conditions)),"
				" version = d.version + 1, updated_at = govdata.clock()"
				" FROM new_rows n JOIN govdata.resource r ON r.id = n.resource"
				" JOIN govdata.resource_source s ON s.source = n.resource AND s.state = 'recorded'"
				"  AND (s.items IS NULL OR n.name = ANY (s.items))"
				" WHERE n.sharing = 'conditional' AND n.retired_at IS NULL"
			" AND d.id = s.resource AND d.sharing = 'unconditional'", 0, NULL, NULL},
			SUSPEND_DERIVED("SELECT s.resource, govdata._on_record('source_item_withheld', n.name, r.code) AS why"
							" FROM new_rows n JOIN govdata.resource r ON r.id = n.resource"
							" JOIN govdata.resource_source s ON s.source = n.resource AND s.state = 'recorded'"
							"  AND (s.items IS NULL OR n.name = ANY (s.items))"
							" WHERE n.sharing = 'withheld' AND n.retired_at IS NULL"),
	}},
	/* Article 19: what is delivered is the authority's for the stated need */
	{"dispatch", {
			{"INSERT INTO govdata.share_authorization AS a (id, resource, provider, consumer,"
				" items, purpose, basis, valid_from, valid_until, state, mode)"
				" SELECT n.authorization_id, n.delivered_resource, n.provider, n.authority, n.delivered_items,"
				" n.need, 'dispatch', n.delivered_at,"
				" " END_OF_DAY("n.needed_until") ", 'active', n.mode"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE n.state = 'delivered' AND o.state <> 'delivered'"
				" ON CONFLICT (id) DO UPDATE SET resource = excluded.resource, items = excluded.items,"
				/* delivering anew ends no revocation and no suspension */
			" version = a.version + 1", 0, NULL, NULL},
			{"UPDATE govdata.share_authorization a SET state = 'expired', ground = 'unneeded',"
				" reason = coalesce(n.reason, govdata._on_record('order_withheld')), version = a.version + 1"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
				" WHERE n.state IN ('withheld', 'cancelled') AND o.state = 'returned'"
			" AND a.id = n.authorization_id AND a.state IN ('active', 'suspended')", 0, NULL, NULL},
	}},
	/* under a regime that limits delivery, a consent owes one; what is attached is there */
	{"delivery", {
			{"INSERT INTO govdata.share_delivery (id, request, resource, provider, consumer, regime, received_at, owed_since)"
				" SELECT n.authorization_id, n.id, n.resource, n.provider, n.consumer, n.regime, n.received_at, n.answered_at"
				" FROM new_rows n WHERE n.state IN ('approved', 'agreed', 'listed') AND n.resource IS NOT NULL"
				" AND govdata._has_limit(n.regime, 'delivery', govdata.legal_date(n.received_at))"
			" ON CONFLICT (id) DO NOTHING", 0, NULL, NULL},
			{"UPDATE govdata.share_delivery d SET state = 'delivered', how = 'attached'"
				" FROM new_rows n WHERE d.request = n.id AND d.state = 'owed'"
			" AND EXISTS (SELECT FROM govdata.attachment a WHERE a.resource = n.resource)", 0, NULL, NULL},
	}},
	{"delivery_attached", {
			{"UPDATE govdata.share_delivery d SET state = 'delivered', how = 'attached'"
			" FROM new_rows n WHERE d.resource = n.resource AND d.state = 'owed'", 0, NULL, NULL},
	}},
	/* the days that are left have changed: look at them again today */
	{"remind_again", {
			{"UPDATE govdata.sweep_heartbeat SET reminded_on = NULL WHERE reminded_on IS NOT NULL", 0, NULL, NULL},
	}},
	/* Article 23: effect begins with the government's approval */
	{"negative_effect", {
			{"UPDATE govdata.resource r SET sharing = 'withheld', opening = 'closed',"
				" opening_ground = coalesce(r.opening_ground, 'law'),"
				" opening_state = CASE WHEN r.opening_state = 'closed' THEN 'closed' ELSE 'withdrawn' END,"
				" version = r.version + 1, updated_at = govdata.clock()"
				" FROM " ENTRIES_APPROVED " e WHERE r.id = e.resource AND e.whole"
			" AND r.sharing <> 'withheld'", 0, NULL, NULL},
			{"UPDATE govdata.resource_item i SET sharing = 'withheld'"
				" FROM " ENTRIES_APPROVED " e WHERE i.resource = e.resource AND i.name = ANY (e.items)"
			" AND i.sharing IS DISTINCT FROM 'withheld'", 0, NULL, NULL},
			{"UPDATE govdata.share_request r SET"
				" state = CASE WHEN " REQUEST_IS_EMPTIED " THEN 'refused' ELSE r.state END,"
				" answered_at = CASE WHEN " REQUEST_IS_EMPTIED " THEN govdata.clock() END,"
				" answer_basis = CASE WHEN " REQUEST_IS_EMPTIED " THEN 'negative_list' END,"
				" refused_items = (SELECT array_agg(i) FROM unnest(r.items) AS i"
				"  WHERE e.whole OR i = ANY (e.items) OR i = ANY (r.refused_items)),"
				" answer_reason = concat_ws('; ', r.answer_reason, e.name)"
				" FROM " ENTRIES_APPROVED " e WHERE r.resource = e.resource AND r.state = 'submitted'"
			" AND (e.whole OR r.items && e.items)", 0, NULL, NULL},
			{"UPDATE govdata.share_authorization a SET"
				" state = CASE WHEN e.whole OR a.items <@ e.items THEN 'revoked' ELSE a.state END,"
				" items = CASE WHEN e.whole OR a.items <@ e.items THEN a.items"
				"  ELSE ARRAY(SELECT i FROM unnest(a.items) AS i WHERE i <> ALL (e.items)) END,"
				" ground = CASE WHEN e.whole OR a.items <@ e.items THEN 'negative_list' ELSE a.ground END,"
				" reason = CASE WHEN e.whole OR a.items <@ e.items THEN e.name ELSE a.reason END,"
				" version = a.version + 1"
				" FROM " ENTRIES_APPROVED " e WHERE a.resource = e.resource"
				" AND a.state IN ('active', 'suspended') AND (e.whole OR a.items && e.items)",
			0, NULL, NULL},
			/* what is no longer on the list is conditional until reclassified */
			{"UPDATE govdata.resource r SET sharing = 'conditional',"
				" sharing_conditions = coalesce(r.sharing_conditions, govdata._on_record('conditions_open', e.id::text)),"
				" version = r.version + 1, updated_at = govdata.clock()"
				" FROM " ENTRIES_ENDED " e WHERE r.id = e.resource AND e.whole AND r.sharing = 'withheld'"
			" AND " NO_ENTRY_IN_FORCE "x.items IS NULL)", 0, NULL, NULL},
			{"UPDATE govdata.resource_item i SET"
				" sharing = CASE WHEN r.sharing <> 'withheld' THEN 'conditional' END"
				" FROM " ENTRIES_ENDED " e JOIN govdata.resource r ON r.id = e.resource"
				" WHERE i.resource = e.resource AND i.name = ANY (e.items) AND i.sharing = 'withheld'"
			" AND " NO_ENTRY_IN_FORCE "i.name = ANY (x.items))", 0, NULL, NULL},
	}},
	/* Article 15: debts to the catalog follow what happens to entries */
	{"debt_entry", {SETTLE_RESOURCES("SELECT n.id FROM new_rows n")}},
	{"debt_attached", {SETTLE_RESOURCES("SELECT n.resource FROM new_rows n")}},
	{"debt_listed", {SETTLE_RESOURCES("SELECT n.resource FROM new_rows n")}},
	{"debt_detached", {SETTLE_RESOURCES("SELECT o.resource FROM old_rows o")}},
	{"debt_planned", {
			SETTLE_SYSTEMS("SELECT n.business_system FROM new_rows n"),
			SETTLE_PURCHASES("SELECT n.data_purchase FROM new_rows n"),
	}},
	{"debt_built", {SETTLE_SYSTEMS("SELECT n.id FROM new_rows n")}},
	{"debt_contracted", {
			/* what was bought and no entry was planned for */
			{"INSERT INTO govdata.planned_entry (data_purchase, department, title, elements, state)"
				" SELECT n.id, n.department, n.title, u.elements, 'planned'"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id CROSS JOIN LATERAL"
				" (SELECT array_agg(DISTINCT x ORDER BY x) AS elements FROM unnest(n.elements) AS x"
				"  WHERE NOT EXISTS (SELECT FROM govdata.planned_entry e WHERE e.data_purchase = n.id"
				"   AND e.state = 'planned' AND x = ANY (e.elements))) u"
			" WHERE n.state = 'contracted' AND o.state = 'notified' AND u.elements IS NOT NULL", 0, NULL, NULL},
			SETTLE_PURCHASES("SELECT n.id FROM new_rows n"),
	}},
	/* Article 24: a form that is retired asks nothing any more */
	{"form_retired", {
			{"UPDATE govdata.service_form_field f SET state = 'retired', end_reason = n.end_reason"
				" FROM new_rows n JOIN old_rows o ON o.id = n.id"
			" WHERE f.form = n.id AND f.state = 'asked' AND n.state = 'retired' AND o.state <> 'retired'", 0, NULL, NULL},
	}},
};

/*
 * Nothing follows from no rows; and what follows for a table from itself must
 * end.
 */
static bool
gd_is_nothing(Tuplestorestate *rows)
{
	return rows && tuplestore_tuple_count(rows) == 0;
}

Datum
gd_derive(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	const char *name;

	gd_check_trigger(fcinfo);
	if (!gd_guarding() || gd_is_nothing(td->tg_newtable ? td->tg_newtable : td->tg_oldtable))
		return PointerGetDatum(NULL);
	name = td->tg_trigger->tgargs[0];
	for (int i = 0; i < (int) lengthof(gd_on_way); i++)
		if (!gd_moved_on_way && strcmp(gd_on_way[i], name) == 0)
			return PointerGetDatum(NULL);
	for (int i = 0; i < (int) lengthof(gd_consequences); i++)
	{
		GdConsequence *c = &gd_consequences[i];

		if (strcmp(c->name, name) != 0)
			continue;
		for (int s = 0; s < GD_MAX_STATEMENTS && c->statements[s].sql; s++)
			(void) gd_own_run(&c->statements[s], NULL, NULL, td, 0, NULL, NULL);
		return PointerGetDatum(NULL);
	}
	elog(ERROR, "no consequence is called \"%s\"", name);
}

/* ---- limits follow the calendar ---- */

/*
 * Whoever loads a calendar keeps everybody from requests to the end of the
 * transaction.  A submission holds a lock on the table before it looks at the
 * calendar, so no stale limit is committed.  The lock is one on requests and
 * not on the calendar, because a loader holds a weaker one on the calendar
 * already and two of them would wait for each other to let go; and it comes
 * before any row is locked, so that no transaction with several answers can
 * deadlock with the computing anew of many limits.  Other cases whose limits
 * run are kept away in the same manner, each by the lock that its writers hold;
 * and because a transaction may answer a case of one kind and then open one of
 * another, all these tables are locked at once or none.
 */
Datum
gd_calendar_before(PG_FUNCTION_ARGS)
{
	gd_check_trigger(fcinfo);
	if (!gd_guarding() || !gd_is_administrator())
		return PointerGetDatum(NULL);		/* others are refused by the row's guard */
	gd_case_lock_running();
	(void) gd_settle(GD_SETTLE_ALL, (Datum) 0);
	return PointerGetDatum(NULL);
}

Datum
gd_calendar_after(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	gd_check_trigger(fcinfo);
	if (!gd_guarding())
		return PointerGetDatum(NULL);
	gd_changed(RelationGetRelid(td->tg_relation));
	gd_case_recompute();
	return PointerGetDatum(NULL);
}
