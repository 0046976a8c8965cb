-- Entries against the specification (Article 10): the same findings for
-- whoever prepares a draft and for the guard of publication.

-- _refers(reference, value, provider): whether what the value names is
-- registered. Drafts of other departments are as if they were not there.
CREATE FUNCTION govdata._refers(reference text, value text, provider bigint) RETURNS boolean
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE reference
           WHEN 'resource_code' THEN EXISTS (SELECT FROM govdata.resource r WHERE r.code = value
                                                AND (r.state <> 'draft' OR r.provider = _refers.provider))
           WHEN 'update_cycle' THEN EXISTS (SELECT FROM govdata.update_cycle c WHERE c.name = value)
           END;
END;
COMMENT ON FUNCTION govdata._refers(text, text, bigint) IS '所指的代码或名称是否已登记';

-- _specification_findings(entry) -> one row for each element of the
-- specification in force that the entry (a row of govdata.resource as jsonb,
-- with the items on record) does not meet: rule is required, pattern, allowed or
-- reference; requirement what the rule wants; value what stands there.
CREATE FUNCTION govdata._specification_findings(entry jsonb, OUT part text, OUT item text, OUT element text, OUT column_name text,
                                                OUT rule text, OUT requirement text, OUT value text) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH described AS (
        SELECT 'resource' AS part, NULL::text AS item, entry AS stated
        UNION ALL
        SELECT 'item', i.name, to_jsonb(i) FROM govdata.resource_item i
         WHERE i.resource = (entry ->> 'id')::bigint AND i.retired_at IS NULL
    ),
    judged AS (
        SELECT d.part, d.item, s.element, s.column_name, v.value, b.rule, b.requirement
          FROM described d
          JOIN govdata.catalog_specification s ON s.part = d.part
           AND s.effective @> govdata.legal_date(govdata.clock())
           AND (s.when_column IS NULL OR d.stated ->> s.when_column = ANY (s.when_values))
          LEFT JOIN LATERAL (
                SELECT e AS value FROM jsonb_array_elements_text(
                    CASE jsonb_typeof(d.stated -> s.column_name) WHEN 'array' THEN d.stated -> s.column_name ELSE '[]' END) e
                UNION ALL
                SELECT d.stated ->> s.column_name WHERE jsonb_typeof(d.stated -> s.column_name) <> 'array') v ON true
         CROSS JOIN LATERAL (VALUES
                ('required', NULL, s.required AND coalesce(v.value, '') = ''),
                ('pattern', s.pattern, v.value !~ s.pattern),
                ('allowed', array_to_string(s.allowed, ', '), v.value <> ALL (s.allowed)),
                ('reference', s.reference, s.reference IS NOT NULL AND v.value IS NOT NULL
                                           AND NOT govdata._refers(s.reference, v.value, (entry ->> 'provider')::bigint))
                ) AS b (rule, requirement, broken)
         WHERE b.broken
    )
    SELECT part, item, element, column_name, rule, requirement, value FROM judged
     ORDER BY part DESC, item COLLATE "C", column_name, rule
$$;
COMMENT ON FUNCTION govdata._specification_findings(jsonb) IS '条目不符合编制规范之处';

-- validate_resource(code) -> everything that stands against publishing an entry
-- which the caller can see, one row a finding; no row: it can be published as
-- far as its content goes. Beside the rules of the specification (required,
-- pattern, allowed, reference): items (it describes none), data_officer (Article
-- 14), library (Article 12), negative_entry (Article 23). Raises ZW010 for an
-- entry that is not there or not visible.
CREATE FUNCTION govdata.validate_resource(code text, OUT part text, OUT item text, OUT element text, OUT column_name text,
                                          OUT rule text, OUT requirement text, OUT value text, OUT article smallint) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry govdata.resource;
    belongs_to text;
BEGIN
    SELECT r.* INTO entry FROM govdata.resource r WHERE r.code = validate_resource.code;
    IF entry.id IS NULL THEN
        PERFORM govdata._absent('resource', validate_resource.code, 10::smallint);
    END IF;
    belongs_to := govdata._class_kind(entry.class);
    RETURN QUERY
    SELECT f.part, f.item, f.element, f.column_name, f.rule, f.requirement, f.value, 10::smallint
      FROM govdata._specification_findings(to_jsonb(entry)) f;
    RETURN QUERY
    SELECT v.part, v.item, NULL::text, v.column_name, v.rule, v.requirement, NULL::text, v.article::smallint
      FROM (SELECT 'resource' AS part, NULL::text AS item, NULL::text AS column_name, 'items' AS rule, 'at least one item' AS requirement, 10 AS article
             WHERE NOT EXISTS (SELECT FROM govdata.resource_item i WHERE i.resource = entry.id AND i.retired_at IS NULL)
            UNION ALL
            SELECT 'resource', NULL, NULL, 'data_officer', 'name_data_officer()', 14
             WHERE EXISTS (SELECT FROM govdata.department d WHERE d.id = entry.provider AND d.data_officer IS NULL)
            UNION ALL
            SELECT 'resource', NULL, 'library', 'library', belongs_to, 12
             WHERE belongs_to IN ('base', 'theme')
               AND NOT EXISTS (SELECT FROM govdata.library l JOIN govdata.library_subject s ON s.code = l.subject
                                WHERE l.id = entry.library AND l.state = 'active' AND s.kind = belongs_to)
            UNION ALL
            SELECT CASE WHEN w.name IS NULL THEN 'resource' ELSE 'item' END, w.name, 'sharing', 'negative_entry', 'an approved entry of the negative list', 23
              FROM (SELECT NULL::text AS name WHERE entry.sharing = 'withheld'
                    UNION ALL
                    SELECT i.name FROM govdata.resource_item i
                     WHERE i.resource = entry.id AND i.retired_at IS NULL AND i.sharing = 'withheld') w
             WHERE NOT EXISTS (SELECT FROM govdata.negative_entry n WHERE n.resource = entry.id AND n.state IN ('approved', 'reported')
                                  AND (n.items IS NULL OR n.items @> ARRAY[w.name]))) v;
END
$$;
COMMENT ON FUNCTION govdata.validate_resource(text) IS '发布前的检查:逐条列出不符之处(第十条)';
