/*-------------------------------------------------------------------------
 *
 * request.h
 *	  A row of govdata.share_request, as request.c, upward.c, uncatalogued.c
 *	  and coordination.c share it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_REQUEST_H
#define GOVDATA_REQUEST_H

#include "utils/array.h"

#include "case.h"

enum
{
	REQ_ID = 1, REQ_ROUTE, REQ_RESOURCE, REQ_PROVIDER, REQ_CONSUMER, REQ_ITEMS, REQ_PURPOSE,
	REQ_USAGE, REQ_VALID_UNTIL, REQ_STATE, REQ_RECEIVED_AT, REQ_LIMIT_CODE, REQ_DUE_ON, REQ_DUE_AT,
	REQ_DUE_PROVISIONAL, REQ_OUTSIDE_SCOPE, REQ_MATURES_AT, REQ_AUTHORIZATION_ID, REQ_ANSWERED_AT,
	REQ_ANSWER_BASIS, REQ_GRANTED_ITEMS, REQ_REFUSED_ITEMS, REQ_ANSWER_REASON, REQ_COORDINATOR,
	REQ_COORDINATION_REASON, REQ_COORDINATION_OPENED_AT, REQ_PROVIDER_CONSENTED_AT,
	REQ_COORDINATION_OUTCOME, REQ_COORDINATION_CLOSED_AT, REQ_MODE, REQ_ROW_FILTER,
	REQ_APPLICANT, REQ_HOLDER, REQ_REPORTED_AT, REQ_RETURN_REASON, REQ_SOURCES, REQ_WANTED,
	REQ_ADDRESSED_TO, REQ_SOURCE_BODY, REQ_TERMS, REQ_LISTED_AT, REQ_REFUSAL_GROUND,
	REQ_NEGATIVE_ENTRY, REQ_CO_COORDINATOR, REQ_CONCURRENCE, REQ_CONCURRED_AT,
	REQ_REGIME, REQ_RESTARTED_AT, REQ_EXTENDED_BY, REQ_PAUSED_AT, REQ_COORDINATION_STEP,
	REQ_CONSENTING_SOURCES,
	REQ_NCOLUMNS = REQ_CONSENTING_SOURCES
};

extern const char *const gd_request_columns[REQ_NCOLUMNS];

/* what is found out when a request is received or forwarded */
typedef struct GdReceipt
{
	GdDepartment consumer;
	GdDepartment provider;		/* who answers: of a branch, its provincial head */
	GdResource *resource;
	bool		upward;
	bool		outside;		/* of the declared scope or use */
	bool		standing;		/* a standing consent covers it */
	bool		free;			/* all of it is shared unconditionally */
} GdReceipt;

/* ---- request.c ---- */

/* the acting department as a consumer; raises for who cannot be one */
extern void gd_check_consumer(GdCase *c, GdDepartment *consumer);
extern void gd_check_purpose(GdRow *row);
extern void gd_check_term(GdRow *row, DateADT today);
/* the published resource of a request; raises when the consumer cannot ask for it */
extern GdResource *gd_request_resource(int64 id, const GdDepartment *consumer);
/* every item exists, stands once and is not withheld; "needed": one of them is conditional */
extern void gd_check_items(GdResource *r, Datum items, bool needed);
/* of what is returned to a city, its own rows only; raises where they cannot be told */
extern void gd_limit_rows(GdCase *c);
/* scope, sources and what the provider has consented to in advance */
extern void gd_look_up(GdRow *row, GdReceipt *f);
/* start the clock of Article 20 at "since"; "silent": silence may become consent */
extern void gd_set_clock(GdRow *row, const char *code, TimestampTz since, int64 provider, bool silent);
/* granted at once, without an answer */
extern void gd_grant_at_once(GdRow *row, const char *basis, TimestampTz now);
extern void gd_set_array(GdRow *row, int attno, ArrayType *array);

/* ---- upward.c ---- */

/* who answers for a provider: of a branch of a vertical system, its provincial head */
extern int64 gd_answering(int64 provider);
/* chooses direct, upward or return, and raises where the one that is insisted on is not open */
extern void gd_choose_route(GdRow *row, GdReceipt *f);
/* moves of the route upward */
extern void gd_report(GdRow *row, GdReceipt *f, TimestampTz now);
extern void gd_report_again(GdCase *c);
extern void gd_reported_again(GdCase *c);
extern void gd_forward(GdCase *c);
extern void gd_forwarded(GdCase *c);
extern void gd_pass_on(GdCase *c);
extern bool gd_is_holder(GdCase *c);
/* the rows of a city, as a row filter; NULL when it cannot be told */
extern char *gd_return_filter(int64 resource, const char *region);

/* ---- decree.c: what a regime other than the Measures adds ---- */

/* is one's own platform's unconditional resource asked for because it is not there yet? */
extern bool gd_asks_for_delivery(GdResource *r);
/* raises where what was asked for may not be refused, or not yet */
extern void gd_check_refusable(GdRow *row);
/*
 * The step of a dispute that is next, and the office it goes to; false under a
 * regime without steps.  Raises after the last one.
 */
extern bool gd_next_step(GdCase *c, int *step, const char **office);

/* ---- coordination.c ---- */

extern bool gd_is_government_above(GdCase *c);
extern void gd_open_coordination(GdCase *c);
extern void gd_close_coordination(GdCase *c);
extern void gd_check_consent(GdCase *c);
extern void gd_source_consents(GdCase *c);
extern void gd_coordination_passes(GdCase *c);

/* moves that follow a refusal on every route */
extern const int gd_coordination_reason[];
extern const int gd_coordination_outcome[];
extern const int gd_coordination_consent[];
extern const int gd_coordination_source_consent[];
extern const int gd_coordination_concurrence[];
extern const GdRequired gd_coordination_concurs[];

#define GD_COORDINATION_ACTORS \
	{"coordinator", REQ_COORDINATOR, NULL, false}, \
	{"co_coordinator", REQ_CO_COORDINATOR, NULL, false}, \
	{"government_above", 0, gd_is_government_above, false}

#define GD_COORDINATION_MOVES \
	{.to = "coordinating", .columns = gd_coordination_reason, .at = REQ_COORDINATION_OPENED_AT, \
	.effect = gd_open_coordination}, \
	{.from = "coordinating", .to = "agreed", .columns = gd_coordination_outcome, \
	.at = REQ_COORDINATION_CLOSED_AT, .effect = gd_close_coordination}, \
	{.from = "coordinating", .to = "upheld", .columns = gd_coordination_outcome, \
	.at = REQ_COORDINATION_CLOSED_AT, .effect = gd_close_coordination}, \
	{.from = "coordinating", .to = "unsettled", .columns = gd_coordination_outcome, \
	.at = REQ_COORDINATION_CLOSED_AT, .effect = gd_close_coordination}, \
	{.from = "coordinating", .amender = "law", .effect = gd_coordination_passes}, \
	{.from = "coordinating", .amender = "provider", .columns = gd_coordination_consent, \
	.at = REQ_PROVIDER_CONSENTED_AT}, \
	{.from = "coordinating", .amender = "co_coordinator", .columns = gd_coordination_concurrence, \
	.required = gd_coordination_concurs, .at = REQ_CONCURRED_AT}

/* ---- uncatalogued.c, national.c, authorization.c ---- */

extern void gd_uncatalogued_init(void);
extern void gd_national_init(void);

#endif							/* GOVDATA_REQUEST_H */
