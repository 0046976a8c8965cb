/*-------------------------------------------------------------------------
 *
 * law.c
 *	  The law as data: articles, state transitions, time limits.
 *
 * Articles and transitions are fixed by the text of the Measures and by the
 * code that carries them out, so they are tables here, shown as views.  Time
 * limits have periods of validity and are rows of govdata.time_limit, of
 * which every backend keeps a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

typedef struct GdArticle
{
	int			chapter;
	const char *kind;
	const char *title;
	const char *title_en;
	const char *enforced_by;
	const char *interpretation; /* NULL: follows from the wording */
} GdArticle;

/* in the order of the text: the n-th row is Article n */
static const GdArticle gd_articles_table[] = {
	{1, "scope", "立法目的", "Purpose", "nothing to enforce", NULL},
	{1, "rule", "适用范围:非涉密数据", "Scope: data that are not state secrets", "resource, resource_item (state_secret is refused)", NULL},
	{1, "rule", "定义", "Definitions", "department, resource.source", NULL},
	{1, "scope", "原则", "Principles", "sharing is the default of a resource; withholding needs a negative_entry", NULL},
	{1, "rule", "领导与监督", "Leadership and supervision", "region, department.superior, row security", NULL},
	{1, "rule", "政务部门职责", "Duties of departments", "guards: the provider alone acts on its resources; reorganization, reorganization_line, succession_rule, department_name", gettext_noop("Abolishing a department needs a successor for each resource, open case and duty: the one named, else its government, of a branch its provincial head. Its authorizations pass to a named successor and else end. The government that decides names itself for nothing: supervising is not reading. What lies between two departments that become one ends; an office that becomes a party leaves the case to the next one above.")},
	{1, "rule", "政务数据主管部门与平台", "Data authorities and platforms", "region, department (one data authority a region), row security, obligation, obligation_summary, reminder, regime, regime_switch", gettext_noop("State Council Decree 809 stands beside the Measures as a second regime, off by default; the provincial data authority switches it on and off for what is received from a later day on.")},
	{1, "rule", "安全要求", "Protection of secrets and privacy", "resource (sharing and opening classes are consistent)", NULL},
	{2, "record", "及时采集、真实准确完整", "Collection and maintenance", "update_cycle, data_update, record_update, update_status", gettext_noop("The provider records of what time its data are; the next update is due a cycle after it, by 24:00.")},
	{2, "process", "统一目录管理", "One catalog", "catalog_specification, code_rule, validate_resource, resource, resource_item, resource_version, catalog, catalog_change, region_catalog, search_catalog", gettext_noop("The provincial data authority sets the specification by its own act; the administrator may enter it.")},
	{2, "clock", "目录更新与维护", "Catalog maintenance", "maintenance_round, maintenance_confirmation, maintenance_status, yearly_limit, catalog_change, time_limit catalog_update", gettext_noop("A round is due by 31 December; a department owes one in each year at whose beginning it had entries in the catalog.")},
	{2, "rule", "基础数据与主题数据", "Base and theme libraries", "library, library_member, library_list, resource.library", gettext_noop("The data authority of a platform's region sets libraries up and names the lead of a theme.")},
	{2, "clock", "数据校核", "Checks of doubtful data", "data_doubt, time_limit check_doubt, quality_rule, check_quality, quality_report, doubt_board, doubt_summary, obligation",
		gettext_noop("Where no operator of a platform is registered, its data authority pushes doubts; a doubt that is taken up again is pushed by the platform itself and starts a new clock; a rule of others than the provider that contains a value of their choice runs once the provider has adopted it. The ten days of Decree 809 yield to the three of the Measures, which are stricter.")},
	{2, "rule", "专门机构或者专人", "Data officer", "data_officer, name_data_officer, department.data_officer, officer_absence", gettext_noop("The officer may be an institution or a person; its absence stops no clock. What a deputy does while it stands in is recorded with both names; every other member of the department acts as before.")},
	{2, "process", "业务系统与数据采购", "Systems and purchases", "business_system, planned_entry, data_purchase, data_element, obtainable, purchase_board, system_board",
	gettext_noop("What a department can obtain is judged by data element and by its own rights; a contract older than its notice is recorded and marked; what was built or bought stays owed until its entries are published and attached, or on the negative list.")},
	{3, "rule", "共享属性分类", "Sharing classes", "resource.sharing, resource_item.sharing, negative_entry, continued_reading, withholding_basis", gettext_noop("An item is never classified more loosely than its resource. Unconditional means all departments, so it has no scope. Where an item becomes conditional, departments that have read it within the limit continued_reading go on reading it on the former terms until their request is answered, or, without a request, until that limit has passed again.")},
	{3, "rule", "统一平台共享", "Sharing on the platform", "share_authorization (written by the platform only)", NULL},
	{3, "rule", "发布、范围和用途", "Publication, scope and use", "publish_resource, resource.scope_*, resource.uses, share_request (route return), resource_item.is_region", gettext_noop("A branch of a provincial system does not answer: requests go to its provincial head. A city gets its own region's rows unless the provider states others. Use outside the declared scope is flagged and answered, not refused at the door; silence does not authorize it.")},
	{3, "process", "数据调度", "Dispatch and integration", "dispatch_order, dispatch_data, specify_dispatch, share_authorization, resource_source, resource_lineage", gettext_noop("Providers of the authority's own level only; what is withheld is answered by citing the approved entry, for which the authority names the resource of an order in words; a derived resource has the strictest class of its sources and is suspended when one of them is withheld.")},
	{3, "clock", "申请、答复、视为同意、协调", "Request, reply, deemed consent, coordination", "share_request, share_authorization, standing_consent, sweep, sweep_hold, request_board, request_coordination, consent_in_coordination, settle_coordination, limit_extension, request_completion, share_delivery, dispute_step, service_end", gettext_noop("Asking for papers is no answer and stops no clock, but under Decree 809: there the clock starts anew with the completed request, once. Day one is the working day after receipt; the limit ends at 24:00 legal time of the last day; partial consent refuses the rest with reason. Across regions both authorities coordinate, then the common upper one. A source department refuses its own items, and in coordination consents to sharing them. An answer that was waiting for a lock when the limit ended was given in time.")},
	{3, "process", "上级平台数据", "Data of an upper platform", "share_request (route upward), request_hop, forward_request, return_request, time_limit reply_upward", gettext_noop("Counties use the platform of their city; each authority on the way is a hop. The clock starts when the upper provider receives the request; whether silence is consent is a row of time_limit.")},
	{3, "clock", "目录外数据", "Data not in the catalog", "share_request (routes uncatalogued and national), time_limit reply_uncatalogued, agree_request, list_request, obligation", gettext_noop("Ten working days bind the reply; lateness is shown and is no consent. Ministries: no limit.")},
	{3, "process", "负面清单", "Negative list", "negative_entry, negative_list, withholding_basis", gettext_noop("Entries on a basis that a regime switched on later does not allow stay in force and are due for review. Effect begins with the government's approval; the list is visible to all departments.")},
	{3, "rule", "不得重复提交", "Do not ask twice", "service_form, service_form_field, redundant_question, data_element, obtainable",
	gettext_noop("What says who is concerned may be asked, or nothing could be looked up; data of the asking department itself and data that are catalogued but not attached are asked with a recorded reason.")},
	{4, "rule", "开放属性分类", "Opening classes", "resource.opening, resource.opening_ground", NULL},
	{4, "rule", "开放清单", "Open list", "resource.opening_state, open_list", gettext_noop("The open list is each department's own and needs no approval.")},
	{4, "process", "有条件开放申请", "Conditional opening", "resource.opening_conditions", NULL},
	{4, "process", "异议", "Objection", "resource.opening_state", NULL},
	{4, "record", "开发利用", "Use of open data", "evidence outside the database", NULL},
	{5, "record", "安全体系与责任", "Security responsibilities", "resource.safety_grade, resource.provider", NULL},
	{5, "record", "网络安全管理", "Network security", "evidence outside the database", NULL},
	{5, "rule", "平台安全、日志、溯源", "Access control, logs, tracing", "row security, journal, journal_seal, verify_journal", NULL},
	{5, "rule", "使用单位责任", "Responsibility of users", "authorization_act (ground violation)", gettext_noop("Suspending or revoking needs a ground; \"should have refused\" is none.")},
	{5, "process", "风险评估与应急", "Risk assessment and emergencies", "authorization_act (ground incident)", NULL},
	{6, "record", "经费", "Budget", "evidence outside the database", NULL},
	{6, "record", "人才与培训", "Training", "evidence outside the database", NULL},
	{6, "process", "考核评价", "Evaluation", "journal (reply times and lateness), reply_record", NULL},
	{6, "clock", "年度报告", "Annual reports", "journal (figures of any period)", NULL},
	{6, "record", "审计", "Audit", "journal", NULL},
	{6, "process", "责令改正", "Orders to correct", "evidence outside the database", NULL},
	{7, "rule", "公用事业参照适用", "Public utilities by analogy", "department.kind public_utility", gettext_noop("Utilities are not departments: they do not ask for data under Article 20.")},
	{7, "rule", "施行日期", "Entry into force", "time_limit.effective", NULL},
};

/*
 * Every allowed change of state.  The guards judge by these rows and nothing
 * else; "" stands for a row that comes into being.
 */
const GdTransition gd_transitions[] = {
	{"resource", "", "draft", "provider", 10},
	{"resource", "draft", "published", "provider", 18},
	{"resource", "draft", "withdrawn", "provider", 6},
	{"resource", "published", "suspended", "provider", 6},
	{"resource", "published", "suspended", "platform", 16},
	{"resource", "suspended", "published", "provider", 18},
	{"resource", "published", "withdrawn", "provider", 6},
	{"resource", "suspended", "withdrawn", "provider", 6},
	{"resource_opening", "", "closed", "provider", 25},
	{"resource_opening", "closed", "open", "provider", 26},
	{"resource_opening", "open", "suspended", "provider", 28},
	{"resource_opening", "suspended", "open", "provider", 28},
	{"resource_opening", "open", "withdrawn", "provider", 28},
	{"resource_opening", "suspended", "withdrawn", "provider", 28},
	{"resource_opening", "closed", "withdrawn", "provider", 28},
	{"regime_switch", "", "adopted", "provincial_authority", 7},
	{"regime_switch", "adopted", "ended", "provincial_authority", 7},
	{"limit_extension", "", "asked", "asker", 20},
	{"limit_extension", "asked", "granted", "authority", 20},
	{"limit_extension", "asked", "declined", "authority", 20},
	{"limit_extension", "asked", "withdrawn", "asker", 20},
	{"limit_extension", "asked", "withdrawn", "reorganization", 20},
	{"request_completion", "", "asked", "provider", 20},
	{"request_completion", "asked", "completed", "consumer", 20},
	{"share_delivery", "", "owed", "law", 20},
	{"share_delivery", "owed", "delivered", "provider", 20},
	{"share_delivery", "owed", "delivered", "law", 20},
	{"catalog_change", "", "noted", "department", 11},
	{"catalog_change", "", "noted", "data_authority", 11},
	{"catalog_change", "noted", "updated", "department", 11},
	{"catalog_change", "updated", "published", "data_authority", 10},
	{"catalog_change", "updated", "returned", "data_authority", 10},
	{"catalog_change", "returned", "updated", "department", 11},
	{"service_end", "", "proposed", "provider", 20},
	{"service_end", "proposed", "filed", "provider", 20},
	{"service_end", "proposed", "withdrawn", "provider", 20},
	{"service_end", "filed", "withdrawn", "provider", 20},
	{"officer_absence", "", "declared", "department", 14},
	{"officer_absence", "declared", "ended", "department", 14},
	{"officer_absence", "declared", "ended", "platform", 14},
	{"data_doubt", "", "raised", "user", 13},
	{"data_doubt", "", "raised", "operator", 13},
	{"data_doubt", "", "notified", "platform", 13},
	{"data_doubt", "raised", "notified", "operator", 13},
	{"data_doubt", "raised", "withdrawn", "raiser", 13},
	{"data_doubt", "raised", "withdrawn", "reorganization", 13},
	{"data_doubt", "notified", "withdrawn", "raiser", 13},
	{"data_doubt", "notified", "withdrawn", "reorganization", 13},
	{"data_doubt", "notified", "answered", "provider", 13},
	{"data_doubt", "answered", "repaired", "provider", 13},
	{"data_doubt", "answered", "repaired", "platform", 13},
	{"data_doubt", "answered", "closed", "raiser", 13},
	{"data_doubt", "answered", "closed", "operator", 13},
	{"data_doubt", "answered", "closed", "reorganization", 13},
	{"data_doubt", "answered", "notified", "raiser", 13},
	{"data_doubt", "answered", "notified", "operator", 13},
	{"data_doubt", "repaired", "closed", "raiser", 13},
	{"data_doubt", "repaired", "closed", "operator", 13},
	{"data_doubt", "repaired", "closed", "platform", 13},
	{"data_doubt", "repaired", "closed", "reorganization", 13},
	{"data_doubt", "repaired", "notified", "raiser", 13},
	{"data_doubt", "repaired", "notified", "operator", 13},
	{"data_doubt", "repaired", "notified", "platform", 13},
	{"data_doubt", "closed", "notified", "raiser", 13},
	{"data_doubt", "closed", "notified", "operator", 13},
	{"quality_rule", "", "active", "provider", 13},
	{"quality_rule", "", "active", "operator", 13},
	{"quality_rule", "", "active", "data_authority", 13},
	{"quality_rule", "", "proposed", "operator", 13},
	{"quality_rule", "", "proposed", "data_authority", 13},
	{"quality_rule", "proposed", "active", "provider", 13},
	{"quality_rule", "proposed", "refused", "provider", 13},
	{"quality_rule", "proposed", "retired", "definer", 13},
	{"quality_rule", "active", "retired", "definer", 13},
	{"negative_entry", "", "drafted", "provider", 23},
	{"negative_entry", "drafted", "reviewed", "data_authority", 23},
	{"negative_entry", "drafted", "rejected", "data_authority", 23},
	{"negative_entry", "reviewed", "approved", "government", 23},
	{"negative_entry", "reviewed", "rejected", "government", 23},
	{"negative_entry", "approved", "reported", "data_authority", 23},
	{"negative_entry", "approved", "lifted", "provider", 23},
	{"negative_entry", "approved", "lifted", "government", 23},
	{"negative_entry", "approved", "lapsed", "provider", 23},
	{"negative_entry", "approved", "lapsed", "data_authority", 23},
	{"negative_entry", "reported", "lifted", "provider", 23},
	{"negative_entry", "reported", "lifted", "government", 23},
	{"negative_entry", "reported", "lapsed", "provider", 23},
	{"negative_entry", "reported", "lapsed", "data_authority", 23},
	{"data_officer", "", "current", "department", 14},
	{"data_officer", "", "current", "platform", 14},
	{"data_officer", "current", "ended", "platform", 14},
	{"data_update", "", "recorded", "provider", 9},
	{"data_update", "recorded", "voided", "provider", 9},
	{"library", "", "active", "data_authority", 12},
	{"library", "active", "dissolved", "data_authority", 12},
	{"library_member", "", "joined", "lead", 12},
	{"library_member", "", "joined", "platform", 12},
	{"library_member", "joined", "left", "lead", 12},
	{"library_member", "joined", "left", "member", 12},
	{"library_member", "joined", "left", "platform", 12},
	{"maintenance_confirmation", "", "confirmed", "department", 11},
	{"maintenance_round", "", "open", "department", 11},
	{"maintenance_round", "open", "closed", "department", 11},
	{"maintenance_round", "open", "closed", "platform", 11},
	{"maintenance_round", "open", "ended", "platform", 11},
	{"reorganization", "", "drafted", "government", 6},
	{"reorganization", "drafted", "executed", "government", 6},
	{"reorganization", "drafted", "cancelled", "government", 6},
	{"reorganization_line", "", "planned", "government", 6},
	{"reorganization_line", "planned", "dropped", "government", 6},
	{"standing_consent", "", "active", "provider", 20},
	{"standing_consent", "active", "ended", "provider", 20},
	{"dispatch_order", "", "issued", "data_authority", 19},
	{"dispatch_order", "issued", "delivered", "provider", 19},
	{"dispatch_order", "issued", "withheld", "provider", 19},
	{"dispatch_order", "issued", "cancelled", "data_authority", 19},
	{"dispatch_order", "issued", "cancelled", "reorganization", 19},
	{"dispatch_order", "delivered", "accepted", "data_authority", 19},
	{"dispatch_order", "delivered", "returned", "data_authority", 19},
	{"dispatch_order", "delivered", "cancelled", "reorganization", 19},
	{"dispatch_order", "returned", "delivered", "provider", 19},
	{"dispatch_order", "returned", "withheld", "provider", 19},
	{"dispatch_order", "returned", "cancelled", "data_authority", 19},
	{"dispatch_order", "returned", "cancelled", "reorganization", 19},
	{"resource_source", "", "recorded", "provider", 19},
	{"resource_source", "recorded", "removed", "provider", 19},
	{"share_request", "", "submitted", "consumer", 20},
	{"share_request", "", "approved", "standing_consent", 20},
	{"share_request", "", "reported", "consumer", 21},
	{"share_request", "reported", "submitted", "holder", 21},
	{"share_request", "reported", "approved", "standing_consent", 20},
	{"share_request", "reported", "approved", "unconditional", 21},
	{"share_request", "reported", "returned", "holder", 21},
	{"share_request", "reported", "withdrawn", "consumer", 21},
	{"share_request", "returned", "reported", "consumer", 21},
	{"share_request", "returned", "withdrawn", "consumer", 21},
	{"share_request", "submitted", "approved", "provider", 20},
	{"share_request", "submitted", "approved", "time", 20},
	{"share_request", "submitted", "refused", "provider", 20},
	{"share_request", "submitted", "refused", "source", 20},
	{"share_request", "submitted", "refused", "negative_list", 23},
	{"share_request", "submitted", "withdrawn", "consumer", 20},
	{"share_request", "reported", "withdrawn", "reorganization", 20},
	{"share_request", "returned", "withdrawn", "reorganization", 20},
	{"share_request", "submitted", "withdrawn", "reorganization", 20},
	{"share_request", "refused", "coordinating", "consumer", 20},
	{"share_request", "approved", "coordinating", "consumer", 20},
	{"share_request", "agreed", "coordinating", "consumer", 20},
	{"share_request", "unsettled", "coordinating", "consumer", 20},
	{"share_request", "coordinating", "agreed", "coordinator", 20},
	{"share_request", "coordinating", "agreed", "government_above", 20},
	{"share_request", "coordinating", "upheld", "coordinator", 20},
	{"share_request", "coordinating", "unsettled", "coordinator", 20},
	{"share_request", "coordinating", "unsettled", "reorganization", 20},
	{"share_request", "coordinating", "unsettled", "co_coordinator", 20},
	{"uncatalogued_request", "", "submitted", "consumer", 22},
	{"uncatalogued_request", "submitted", "agreed", "provider", 22},
	{"uncatalogued_request", "submitted", "refused", "provider", 22},
	{"uncatalogued_request", "submitted", "withdrawn", "consumer", 22},
	{"uncatalogued_request", "submitted", "withdrawn", "reorganization", 22},
	{"uncatalogued_request", "agreed", "listed", "provider", 22},
	{"uncatalogued_request", "agreed", "withdrawn", "reorganization", 22},
	{"uncatalogued_request", "refused", "coordinating", "consumer", 20},
	{"uncatalogued_request", "listed", "coordinating", "consumer", 20},
	{"uncatalogued_request", "unsettled", "coordinating", "consumer", 20},
	{"uncatalogued_request", "coordinating", "agreed", "coordinator", 20},
	{"uncatalogued_request", "coordinating", "agreed", "government_above", 20},
	{"uncatalogued_request", "coordinating", "upheld", "coordinator", 20},
	{"uncatalogued_request", "coordinating", "unsettled", "coordinator", 20},
	{"uncatalogued_request", "coordinating", "unsettled", "co_coordinator", 20},
	{"uncatalogued_request", "coordinating", "unsettled", "reorganization", 20},
	{"national_request", "", "filed", "consumer", 22},
	{"national_request", "filed", "coordinating", "provincial_authority", 22},
	{"national_request", "filed", "withdrawn", "consumer", 22},
	{"national_request", "filed", "withdrawn", "reorganization", 22},
	{"national_request", "coordinating", "obtained", "provincial_authority", 22},
	{"national_request", "coordinating", "not_obtained", "provincial_authority", 22},
	{"national_request", "coordinating", "withdrawn", "consumer", 22},
	{"national_request", "coordinating", "withdrawn", "reorganization", 22},
	{"share_authorization", "", "active", "platform", 20},
	{"share_authorization", "active", "suspended", "provider", 33},
	{"share_authorization", "suspended", "active", "provider", 33},
	{"share_authorization", "active", "revoked", "provider", 33},
	{"share_authorization", "suspended", "revoked", "provider", 33},
	{"share_authorization", "active", "revoked", "consumer", 20},
	{"share_authorization", "suspended", "revoked", "consumer", 20},
	{"share_authorization", "active", "revoked", "applicant", 21},
	{"share_authorization", "suspended", "revoked", "applicant", 21},
	{"share_authorization", "active", "revoked", "negative_list", 23},
	{"share_authorization", "suspended", "revoked", "negative_list", 23},
	{"share_authorization", "revoked", "active", "coordinator", 20},
	{"share_authorization", "active", "expired", "reclassification", 20},
	{"share_authorization", "suspended", "expired", "reclassification", 20},
	{"share_authorization", "active", "expired", "reorganization", 20},
	{"share_authorization", "suspended", "expired", "reorganization", 20},
	{"share_authorization", "active", "expired", "time", 20},
	{"share_authorization", "suspended", "expired", "time", 20},
	{"business_system", "", "planned", "department", 15},
	{"business_system", "planned", "built", "department", 15},
	{"business_system", "planned", "cancelled", "department", 15},
	{"business_system", "built", "fulfilled", "platform", 15},
	{"business_system", "fulfilled", "built", "platform", 15},
	{"business_system", "built", "cancelled", "data_authority", 15},
	{"business_system", "fulfilled", "cancelled", "data_authority", 15},
	{"data_purchase", "", "notified", "department", 15},
	{"data_purchase", "notified", "contracted", "department", 15},
	{"data_purchase", "notified", "cancelled", "department", 15},
	{"data_purchase", "contracted", "catalogued", "platform", 15},
	{"data_purchase", "catalogued", "contracted", "platform", 15},
	{"data_purchase", "contracted", "cancelled", "data_authority", 15},
	{"data_purchase", "catalogued", "cancelled", "data_authority", 15},
	{"planned_entry", "", "planned", "department", 15},
	{"planned_entry", "", "planned", "platform", 15},
	{"planned_entry", "planned", "dropped", "department", 15},
	{"service_form", "", "registered", "department", 24},
	{"service_form", "registered", "retired", "department", 24},
	{"service_form_field", "", "asked", "department", 24},
	{"service_form_field", "asked", "retired", "department", 24},
	{"service_form_field", "asked", "retired", "platform", 24},
};
const int	gd_n_transitions = lengthof(gd_transitions);

/* tables with more than one state machine; routes that are not named: the table's own */
static const struct
{
	const char *table;
	const char *column;
	const char *route;
	const char *subject;
}			gd_machines[] = {
	{"share_request", "route", "national", "national_request"},
	{"share_request", "route", "uncatalogued", "uncatalogued_request"},
};

typedef struct GdLimitRow
{
	char		code[NAMEDATALEN];
	char		regime[GD_REGIME_SIZE];
	bool		yields;			/* to a shorter one of a lower regime */
	DateADT		from;			/* inclusive */
	DateADT		until;			/* exclusive */
	GdLimit		limit;
} GdLimitRow;

static GdLimitRow *gd_limits = NULL;
static int	gd_n_limits = 0;
static bool gd_limits_fresh = false;

PG_FUNCTION_INFO_V1(gd_articles);
PG_FUNCTION_INFO_V1(gd_transition_rows);
PG_FUNCTION_INFO_V1(gd_transition_article_sql);

static Datum
gd_text_or_null(const char *s, bool *isnull)
{
	*isnull = (s == NULL);
	return s ? CStringGetTextDatum(s) : (Datum) 0;
}

Datum
gd_articles(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(gd_articles_table); i++)
	{
		const GdArticle *a = &gd_articles_table[i];
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = Int16GetDatum(i + 1);
		values[1] = Int16GetDatum(a->chapter);
		values[2] = CStringGetTextDatum(a->kind);
		values[3] = CStringGetTextDatum(pg_any_to_server(a->title, strlen(a->title), PG_UTF8));
		values[4] = CStringGetTextDatum(a->title_en);
		values[5] = CStringGetTextDatum(a->enforced_by);
		values[6] = gd_text_or_null(a->interpretation ? _(a->interpretation) : NULL, &nulls[6]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
gd_transition_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < gd_n_transitions; i++)
	{
		const GdTransition *t = &gd_transitions[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(t->subject);
		values[1] = CStringGetTextDatum(t->from);
		values[2] = CStringGetTextDatum(t->to);
		values[3] = CStringGetTextDatum(t->actor);
		values[4] = Int16GetDatum(t->article);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* what readers call the subjects of transitions */
static const struct
{
	const char *subject;
	const char *words;
}			gd_subject_words[] = {
	{"business_system", gettext_noop("business system")},
	{"catalog_change", gettext_noop("catalog change")},
	{"data_doubt", gettext_noop("doubt")},
	{"data_officer", gettext_noop("data officer")},
	{"data_purchase", gettext_noop("data purchase")},
	{"data_update", gettext_noop("data update")},
	{"dispatch_order", gettext_noop("dispatch order")},
	{"library", gettext_noop("library")},
	{"library_member", gettext_noop("library member")},
	{"limit_extension", gettext_noop("extension of time")},
	{"maintenance_confirmation", gettext_noop("confirmation")},
	{"maintenance_round", gettext_noop("maintenance round")},
	{"national_request", gettext_noop("national request")},
	{"negative_entry", gettext_noop("negative entry")},
	{"officer_absence", gettext_noop("absence")},
	{"planned_entry", gettext_noop("planned entry")},
	{"quality_rule", gettext_noop("quality rule")},
	{"regime_switch", gettext_noop("regime switch")},
	{"reorganization", gettext_noop("reorganization")},
	{"reorganization_line", gettext_noop("reorganization line")},
	{"request_completion", gettext_noop("request for papers")},
	{"resource", gettext_noop("resource")},
	{"resource_opening", gettext_noop("opening of resource")},
	{"resource_source", gettext_noop("source")},
	{"service_end", gettext_noop("end of service")},
	{"service_form", gettext_noop("form")},
	{"service_form_field", gettext_noop("form field")},
	{"share_authorization", gettext_noop("authorization")},
	{"share_delivery", gettext_noop("delivery")},
	{"share_request", gettext_noop("request")},
	{"standing_consent", gettext_noop("standing consent")},
	{"uncatalogued_request", gettext_noop("uncatalogued request")},
};

const char *
gd_subject_name(const char *subject)
{
	for (int i = 0; i < (int) lengthof(gd_subject_words); i++)
		if (strcmp(gd_subject_words[i].subject, subject) == 0)
			return _(gd_subject_words[i].words);
	return subject;
}

const char *
gd_machine_column(const char *table)
{
	for (int i = 0; i < (int) lengthof(gd_machines); i++)
		if (strcmp(gd_machines[i].table, table) == 0)
			return gd_machines[i].column;
	return "";
}

const char *
gd_machine(const char *table, const char *route)
{
	for (int i = 0; route && i < (int) lengthof(gd_machines); i++)
		if (strcmp(gd_machines[i].route, route) == 0 && strcmp(gd_machines[i].table, table) == 0)
			return gd_machines[i].subject;
	return table;
}

int
gd_transition_article(const char *subject, const char *from, const char *to)
{
	for (int i = 0; i < gd_n_transitions; i++)
	{
		const GdTransition *t = &gd_transitions[i];

		if (strcmp(t->to, to) == 0 && strcmp(t->from, from) == 0 &&
			strcmp(t->subject, subject) == 0)
			return t->article;
	}
	return 0;
}

Datum
gd_transition_article_sql(PG_FUNCTION_ARGS)
{
	int			article;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	article = gd_transition_article(text_to_cstring(PG_GETARG_TEXT_PP(0)),
									PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1)),
									text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (article == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT16(article);
}

static void
gd_limits_forget(void)
{
	gd_limits_fresh = false;
}

static GdLimitRow
gd_limit_row(HeapTuple tup, TupleDesc desc, TypeCacheEntry *rangetype)
{
	GdLimitRow	row;
	bool		isnull;
	bool		empty;
	RangeBound	lower;
	RangeBound	upper;
	Datum		d;

	memset(&row, 0, sizeof(row));
	strlcpy(row.code, TextDatumGetCString(heap_getattr(tup, 1, desc, &isnull)), sizeof(row.code));
	row.limit.amount = DatumGetInt32(heap_getattr(tup, 3, desc, &isnull));
	row.limit.unit =
		TextDatumGetCString(heap_getattr(tup, 4, desc, &isnull))[0];
	row.limit.deemed_consent =
		strcmp(TextDatumGetCString(heap_getattr(tup, 5, desc, &isnull)), "deemed_consent") == 0;

	strlcpy(row.regime, TextDatumGetCString(heap_getattr(tup, 11, desc, &isnull)), sizeof(row.regime));
	row.yields = DatumGetBool(heap_getattr(tup, 12, desc, &isnull));

	/* a daterange is stored in its canonical form, [from, until) */
	d = heap_getattr(tup, 6, desc, &isnull);
	range_deserialize(rangetype, DatumGetRangeTypeP(d), &lower, &upper, &empty);
	row.from = lower.infinite ? DATEVAL_NOBEGIN : DatumGetDateADT(lower.val);
	row.until = upper.infinite ? DATEVAL_NOEND : DatumGetDateADT(upper.val);
	return row;
}

static void
gd_limits_load(void)
{
	Relation	rel = table_open(gd_relid_required(GD_TIME_LIMIT), AccessShareLock);
	TypeCacheEntry *rangetype = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
	GdLimitRow *rows;
	int			n = 0;
	int			size = 16;
	SysScanDesc scan;
	HeapTuple	tup;

	rows = MemoryContextAlloc(TopMemoryContext, size * sizeof(GdLimitRow));
	gd_limits_fresh = true;		/* a change that arrives meanwhile resets it */
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		if (n == size)
			rows = repalloc(rows, (size *= 2) * sizeof(GdLimitRow));
		rows[n++] = gd_limit_row(tup, RelationGetDescr(rel), rangetype);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (gd_limits)
		pfree(gd_limits);
	gd_limits = rows;
	gd_n_limits = n;
}

/*
 * The row of the highest regime at or below the given rank that knows the
 * limit on that day.
 */
static const GdLimitRow *
gd_find_limit(const char *code, DateADT day, int rank)
{
	const GdLimitRow *best = NULL;
	int			best_rank = 0;

	for (int i = 0; i < gd_n_limits; i++)
	{
		GdLimitRow *row = &gd_limits[i];
		int			of_row;

		if (day < row->from || day >= row->until || strcmp(row->code, code) != 0)
			continue;
		of_row = gd_regime_rank(row->regime);
		if (of_row < rank || (best && best_rank < of_row))
			continue;
		best = row;
		best_rank = of_row;
	}
	return best;
}

bool
gd_limit_known(const char *regime, const char *code, DateADT day, GdLimit *limit)
{
	GdRegime	in_force;
	const GdLimitRow *row;
	const GdLimitRow *lower;

	if (regime == NULL)
	{
		in_force = gd_regime_on(day);
		regime = in_force.code;
	}
	if (!gd_limits_fresh)
		gd_limits_load();
	row = gd_find_limit(code, day, gd_regime_rank(regime));
	if (row == NULL)
		return false;
	*limit = row->limit;
	if (row->yields)
	{
		lower = gd_find_limit(code, day, gd_regime_rank(row->regime) + 1);
		if (lower && lower->limit.unit == row->limit.unit && lower->limit.amount < row->limit.amount)
			*limit = lower->limit;
	}
	return true;
}

GdLimit
gd_limit_under(const char *regime, const char *code, DateADT day)
{
	GdLimit		limit;

	if (gd_limit_known(regime, code, day, &limit))
		return limit;
	ereport(ERROR,
			(errcode(GD_ERRCODE(42)),
			 errmsg("no time limit \"%s\" is in force on %s", code,
					gd_day_text(day)),
			 errdetail("Nothing before the Measures entered into force is judged by them. Measures, Article 42."),
			 errhint("SELECT * FROM govdata.time_limit WHERE code = '%s' shows the periods.", code)));
}

GdLimit
gd_limit(const char *code, DateADT day)
{
	return gd_limit_under(NULL, code, day);
}

void
gd_law_init(void)
{
	gd_on_change(GD_TIME_LIMIT, gd_limits_forget);
}
