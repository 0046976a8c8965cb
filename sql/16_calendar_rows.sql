/*
 * The national calendar: what the State Council's holiday notices for 2008 to
 * 2026 name, and the holidays that the law fixes to a date.
 */

INSERT INTO govdata.calendar (name, title, builtin) VALUES
    ('CN', '中华人民共和国', true);

INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on, builtin)
SELECT v.calendar, v.year::integer, v.notice, v.signed_on::date, true
FROM (VALUES
-- rows: data/calendar_notices.csv calendar year notice signed_on
) AS v (calendar, year, notice, signed_on);

INSERT INTO govdata.calendar_day (calendar, day, kind, name, name_en, notice, builtin)
SELECT 'CN', v.day::date, v.kind, v.name, v.name_en, v.notice, true
FROM (VALUES
-- rows: data/holidays.csv day kind name_zh name_en notice
) AS v (day, kind, name, name_en, notice);

INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective, builtin) VALUES
    ('CN',  1, 1, '元旦',   '全国年节及纪念日放假办法（2007年修订）', '[2008-01-01,)', true),
    ('CN',  5, 1, '劳动节', '全国年节及纪念日放假办法（2007年修订）', '[2008-01-01,)', true),
    ('CN',  5, 2, '劳动节', '全国年节及纪念日放假办法（2024年修订）', '[2025-01-01,)', true),
    ('CN', 10, 1, '国庆节', '全国年节及纪念日放假办法（2007年修订）', '[2008-01-01,)', true),
    ('CN', 10, 2, '国庆节', '全国年节及纪念日放假办法（2007年修订）', '[2008-01-01,)', true),
    ('CN', 10, 3, '国庆节', '全国年节及纪念日放假办法（2007年修订）', '[2008-01-01,)', true);
