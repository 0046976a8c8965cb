-- The province-wide catalog: search and pages, for any number of entries
-- (Article 10).
--
-- Chinese has no blanks between words and its words are mostly of two
-- characters. pg_trgm is no help: a word of two characters holds no trigram, so
-- its index would be read whole. Dictionary segmentation (zhparser, jieba) finds
-- only what it has cut in the same place twice, and needs another extension. So
-- every character and every run of two and of three, and of six letters or digits,
-- is a key of a GIN index, as a number; whatever stands in an entry is found, and
-- only that: the text itself is compared in the end.
--
-- A word may stand in one entry of ten or in one of a million. A page must not
-- cost more because a hundred times as many entries match. So the keys of a row
-- also say in which block of 1024, 4096, ... numbers its entry lies: the search
-- goes from the newest block to older and larger ones and stops when the page is
-- full (src/search.c).
--
-- Row security would keep the index from being used: the operators of arrays
-- are not leakproof. The table holds no drafts, hence nothing that any
-- department may not see; the search runs over it as the extension's owner, and
-- what it finds is read from the catalog with the caller's rights.
CREATE FUNCTION govdata._search_fold(text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_search_fold';
COMMENT ON FUNCTION govdata._search_fold(text) IS '检索用文本:全角转半角、转小写、空白归一';
CREATE FUNCTION govdata._search_keys(document text, resource bigint, provider bigint, region text, sharing text) RETURNS bigint[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'gd_search_keys';
COMMENT ON FUNCTION govdata._search_keys(text, bigint, bigint, text, text) IS '检索键:单字、相邻二字与三字、六位字母数字、编号区段、提供部门、区划与共享类型';

CREATE TABLE govdata.resource_search (
    resource bigint PRIMARY KEY REFERENCES govdata.resource,
    provider bigint NOT NULL,
    region   text NOT NULL,
    sharing  text NOT NULL,
    document text NOT NULL
);
-- without a pending list: that would be read through with every search, and is not
-- emptied before a good part of the catalog has changed
CREATE INDEX resource_search_keys ON govdata.resource_search
    USING gin (govdata._search_keys(document, resource, provider, region, sharing)) WITH (fastupdate = off);
COMMENT ON TABLE govdata.resource_search IS '目录检索:已发布条目的文本,由平台随条目更新';
COMMENT ON COLUMN govdata.resource_search.resource IS '资源编号';
COMMENT ON COLUMN govdata.resource_search.provider IS '提供部门';
COMMENT ON COLUMN govdata.resource_search.region IS '提供部门所属区划';
COMMENT ON COLUMN govdata.resource_search.sharing IS '共享类型';
COMMENT ON COLUMN govdata.resource_search.document IS '代码、名称、摘要与信息项';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.resource_search
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived('replaceable');
SELECT govdata._secure('govdata.resource_search', 'true');

CREATE TRIGGER bb_moved AFTER UPDATE ON govdata.department
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('department_moved');

-- _search_document(id, code, title, abstract) -> the text of an entry to be searched.
CREATE FUNCTION govdata._search_document(resource bigint, code text, title text, abstract text) RETURNS text
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT govdata._search_fold(concat_ws(' ', code, title, abstract,
        (SELECT string_agg(concat_ws(' ', i.title, nullif(i.name, i.title)), ' ' ORDER BY i.name)
           FROM govdata.resource_item i WHERE i.resource = _search_document.resource AND i.retired_at IS NULL)));
END;
COMMENT ON FUNCTION govdata._search_document(bigint, text, text, text) IS '条目的检索文本';

-- _search(query, provider, regions, sharing, page_size, before) -> ids, newest first.
CREATE FUNCTION govdata._search(query text, provider bigint, regions text[], sharing text, page_size integer, before bigint) RETURNS SETOF bigint
LANGUAGE c STABLE ROWS 20 AS 'MODULE_PATHNAME', 'gd_search';
COMMENT ON FUNCTION govdata._search(text, bigint, text[], text, integer, bigint) IS '检索目录,返回资源编号,新者在前';

-- search_catalog(query, region, provider, sharing, page_size, before) -> a page
-- of the entries that are published or suspended, newest first.
--   query      words separated by blanks; an entry holds each of them, in its code,
--              title, abstract or items. NULL or blank: all entries
--   region     code of a region: its departments' entries, and those below it
--   provider   id of a department;  sharing  a class of sharing
--   page_size  1 to 1000 rows;  before  the last id of the page before
-- Raises 22023 for a page size or query out of bounds.
CREATE FUNCTION govdata.search_catalog(query text DEFAULT NULL, region text DEFAULT NULL, provider bigint DEFAULT NULL,
                                       sharing text DEFAULT NULL, page_size integer DEFAULT 20, before bigint DEFAULT NULL,
                                       OUT id bigint, OUT code text, OUT title text, OUT abstract text, OUT provider_id bigint,
                                       OUT provider_name text, OUT region_code text, OUT sharing_class text, OUT opening text,
                                       OUT state text, OUT update_cycle text, OUT updated_at timestamptz) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 20 BEGIN ATOMIC
    SELECT r.id, r.code, r.title, r.abstract, r.provider, d.name, d.region, r.sharing, r.opening, r.state, r.update_cycle, r.updated_at
      FROM govdata._search(search_catalog.query, search_catalog.provider,
               CASE WHEN search_catalog.region IS NOT NULL
                     AND NOT EXISTS (SELECT FROM govdata.region g WHERE g.code = search_catalog.region AND g.parent IS NULL)
                    THEN ARRAY(SELECT g.code FROM govdata.region g WHERE govdata._region_contains(search_catalog.region, g.code)) END,
               search_catalog.sharing, search_catalog.page_size, search_catalog.before) AS s (id)
      JOIN govdata.resource r ON r.id = s.id
      JOIN govdata.department d ON d.id = r.provider
     ORDER BY r.id DESC;
END;
COMMENT ON FUNCTION govdata.search_catalog(text, text, bigint, text, integer, bigint) IS '检索全省目录,逐页,新者在前(第十条)';
