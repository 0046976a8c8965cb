-- Fills a fresh database: departments of Hubei and their catalog.  Names are
-- real, codes and people are not: the credit codes carry the mark DEM in
-- place of an organization's number, with right check characters.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

CREATE TEMP TABLE demo_department (n bigserial, role text, name text, region text, kind text,
                                   superior text, data_officer text);
CREATE TEMP TABLE demo_resource (n bigserial, key text, provider text, class text, title text, abstract text,
                                 sharing text, conditions text, uses text[], opening text,
                                 opening_conditions text, ground text, cycle text, source text, id bigint);
CREATE TEMP TABLE demo_item (key text, name text, title text, data_type text, length integer);
\copy demo_department (role, name, region, kind, superior, data_officer) FROM 'demo/departments.csv' CSV HEADER
\copy demo_resource (key, provider, class, title, abstract, sharing, conditions, uses, opening, opening_conditions, ground, cycle, source) FROM 'demo/resources.csv' CSV HEADER
\copy demo_item FROM 'demo/items.csv' CSV HEADER
-- who enters the resources below must be able to read them
GRANT SELECT ON demo_resource, demo_item TO govdata_department;
GRANT UPDATE (id) ON demo_resource TO govdata_department;

-- The check characters of an organization's number (GB 11714) and of the
-- whole code (GB 32100): a sum of weighted values, taken from the modulus.
CREATE FUNCTION pg_temp.check_character(code text, weights integer[], modulus integer, digits text)
RETURNS text LANGUAGE sql AS $$
SELECT substr(digits, (modulus - sum((strpos(digits, substr(code, i, 1)) - 1) * weights[i]) % modulus)::integer % modulus + 1, 1)
  FROM generate_series(1, length(code)) AS i
$$;
CREATE FUNCTION pg_temp.synthetic_uscc(region text, n bigint) RETURNS text LANGUAGE sql AS $$
SELECT body || pg_temp.check_character(body, ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28],
                                       31, '0123456789ABCDEFGHJKLMNPQRTUWXY')
  FROM (SELECT '11' || region || number ||
               CASE remainder WHEN 10 THEN 'X' ELSE remainder::text END AS body
          FROM (SELECT number, (11 - sum((strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(number, i, 1)) - 1)
                                         * (ARRAY[3, 7, 9, 10, 5, 8, 4, 2])[i]) % 11) % 11 AS remainder
                  FROM (SELECT 'DEM' || lpad(n::text, 5, '0')) AS d (number), generate_series(1, 8) AS i
                 GROUP BY number) AS r) AS b
$$;

-- One NOLOGIN role a department, and a clerk who logs in and acts for it.
SELECT format('CREATE ROLE %I NOLOGIN', role),
       format('CREATE ROLE %I LOGIN IN ROLE %I', role || '_clerk', role)
  FROM demo_department ORDER BY n \gexec
SELECT format('INSERT INTO govdata.department (uscc, name, region, kind, superior, role, data_officer) '
              'VALUES (%L, %L, %L, %L, (SELECT id FROM govdata.department WHERE role = %L::regrole), %L, %L)',
              pg_temp.synthetic_uscc(region, n), name, region, kind, superior, role, data_officer)
  FROM demo_department ORDER BY n \gexec

-- The data authorities set up the base and theme libraries (Article 12), and
-- name who leads a theme; the leads bring the other departments in.
CREATE TEMP TABLE demo_library AS
SELECT r.n, r.provider, s.code AS subject, s.kind, a.role AS authority, p.id AS department,
       first_value(r.provider) OVER (PARTITION BY s.code, a.role ORDER BY r.n) AS lead
  FROM demo_resource r
  JOIN demo_department d ON d.role = r.provider
  JOIN govdata.department p ON p.role = r.provider::regrole
  JOIN demo_department a ON a.kind = 'data_authority' AND a.region = d.region
  JOIN govdata.library_subject s ON s.name = (ARRAY['人口', '法人', '自然资源和空间地理', '社会信用', '电子证照'])[substr(r.class, 2, 2)::integer] AND r.class ~ '^1'
    OR s.name = (ARRAY['卫生健康', '社会救助', '生态环保', '气象水文', '食品安全', '应急管理', '城乡建设'])[substr(r.class, 2, 2)::integer] AND r.class ~ '^2';
GRANT SELECT ON demo_library TO govdata_department;
SELECT DISTINCT format('SET ROLE %I', authority), format('INSERT INTO govdata.library (subject, lead) VALUES (%L, %L)', subject, lead_id), 'RESET ROLE'
  FROM (SELECT l.authority, l.subject, CASE l.kind WHEN 'theme' THEN (SELECT id FROM govdata.department WHERE role = l.lead::regrole) END AS lead_id
          FROM demo_library l) x ORDER BY 1, 2 \gexec
SELECT DISTINCT format('SET ROLE %I', CASE l.kind WHEN 'base' THEN l.authority ELSE l.lead END),
       format('INSERT INTO govdata.library_member (library, department) VALUES (%s, %s)', b.id, l.department), 'RESET ROLE'
  FROM demo_library l JOIN govdata.department a ON a.role = l.authority::regrole
  JOIN govdata.library b ON b.subject = l.subject AND b.authority = a.id AND b.lead <> l.department ORDER BY 1, 2 \gexec

-- Each department enters its own resources; nobody else could.
SELECT format('SET ROLE %I', provider),
       format('WITH entered AS ('
              'INSERT INTO govdata.resource (class, title, abstract, sharing, sharing_conditions, uses, opening,'
              ' opening_conditions, opening_ground, update_cycle, source, format_category) '
              'SELECT class, title, abstract, sharing, conditions, uses, opening, opening_conditions, ground,'
              ' cycle, source, ''数据库'' FROM demo_resource WHERE n = %s RETURNING id) '
              'UPDATE demo_resource SET id = entered.id FROM entered WHERE n = %s', n, n),
       format('INSERT INTO govdata.resource_item (resource, name, title, data_type, length) '
              'SELECT r.id, i.name, i.title, i.data_type, i.length FROM demo_item i JOIN demo_resource r USING (key) '
              'WHERE r.n = %s', n),
       format('UPDATE govdata.resource r SET library = b.id FROM demo_library l'
              ' JOIN govdata.library b ON b.subject = l.subject'
              ' JOIN govdata.department a ON a.id = b.authority AND a.role = l.authority::regrole'
              ' WHERE l.n = %s AND r.id = (SELECT id FROM demo_resource WHERE n = %s)', n, n),
       -- what is withheld has to wait: the demonstration shows for what
       format('UPDATE govdata.resource SET state = ''published'' WHERE id = (SELECT id FROM demo_resource WHERE n = %s AND sharing <> ''withheld'')', n),
       -- the data are of today, and the next update is due a cycle from now (Article 9)
       format('INSERT INTO govdata.data_update (resource, as_of) SELECT id, govdata.clock() FROM demo_resource'
              ' WHERE n = %s AND sharing <> ''withheld''', n),
       'RESET ROLE'
  FROM demo_resource ORDER BY n \gexec
