-- The 117 units of Hubei (GB/T 2260).
INSERT INTO govdata.region (code, name, level, parent, builtin)
SELECT v.code, v.name, (ARRAY['province', 'city', 'county'])[v.level::integer], v.parent, true
  FROM (VALUES
-- rows: data/hubei_regions.csv
       ) AS v (code, name, level, parent);
