/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  What the rooms of the catalog owe one another: specification, libraries.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_CATALOG_H
#define GOVDATA_CATALOG_H

#include "guard.h"

/* ---- specification.c ---- */

/*
 * The next code of a class, by the rule in force; raises ZW010 for a class that
 * the rule does not allow.
 */
extern const char *gd_draw_code(const char *class);
/* raises ZW010, naming each element and rule, unless the entry meets the specification */
extern void gd_check_specification(GdRow *row, const char *code);
/* may the acting department, or the administrator, set the rules of the catalog? */
extern void gd_require_specifier(const char *registry, int article);
/* raises where a row of the specification could not be judged by */
extern void gd_check_specification_rule(Datum row, Oid rowtype);

/* ---- library.c ---- */

/* may the provider assign its entries to this library? raises ZW012 where not */
extern void gd_check_library(int64 library, int64 provider, const char *class);
/* raises ZW012 unless an entry of this class names a fitting library, where it must */
extern void gd_require_library(int64 library, const char *class, const char *code);
/* is the department the lead of the library, or a co-department? */
extern bool gd_in_library(int64 library, int64 department);

#endif							/* GOVDATA_CATALOG_H */
