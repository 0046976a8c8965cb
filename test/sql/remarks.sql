\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The upper authority remarks on what is reported to it (Article 23).
SELECT t.resource('wh_police', '人口', '{姓名,住址}') AS r \gset
SELECT t.entry('wh_police', :r, '{住址}') AS e \gset
CREATE FUNCTION t.remark(e bigint, remark text DEFAULT '依据是否仍有效') RETURNS text
LANGUAGE sql AS $$ SELECT format('SELECT govdata.remark_on_negative_entry(%s, %L)', e, remark) $$;
CREATE FUNCTION t.answer(e bigint, answer text DEFAULT '经复核,依据有效') RETURNS text
LANGUAGE sql AS $$ SELECT format('SELECT govdata.answer_remark(%s, %L)', e, answer) $$;
CREATE FUNCTION t.owed() RETURNS text
LANGUAGE sql AS $$ SELECT coalesce(string_agg(duty || ' ' || name, ', ' ORDER BY duty), 'nothing') FROM govdata.obligation WHERE subject = 'negative_entry' $$;

SELECT t.refused('hb_da', t.remark(:e), 'ZW023 %', 'what is not reported is not remarked on');
SELECT is(t.owed(), 'report_negative_entry 武汉市数据局', 'reporting is owed');
SELECT t.val('wh_da', format('SELECT govdata.report_negative_entry(%s)', :e)) \g /dev/null
SELECT is(t.owed(), 'nothing', 'and then nothing');
SELECT t.refused('wh_da', t.answer(:e), 'ZW023 no remark on negative_entry % waits for an answer', 'nor an answer to no remark');
SELECT t.refused(who, t.remark(:e), told, format('%s does not remark', who))
FROM (VALUES ('wh_da', 'ZW023 %'), ('wh_police', 'ZW023 %'), ('hb_gov', 'ZW023 %'), ('yc_da', 'ZW023 %'), ('wh_gov', 'ZW023 %'), ('superuser', 'ZW023 user % acts for no department'), ('public', '42501 %')) AS v (who, told);
SELECT t.refused('hb_da', t.remark(:e, ' '), 'ZW023 negative entry % needs the remark to become "reported"', 'a remark says something');
SELECT t.refused('hb_da', format('UPDATE govdata.negative_entry SET remark = ''意见'', note = ''改'' WHERE id = %s', :e), 'ZW023 column "note" of negative entry % cannot be changed here', 'and nothing else');
SELECT t.allowed('hb_da', t.remark(:e), 'the upper authority remarks');
SELECT is((SELECT state FROM govdata.negative_entry WHERE id = :e), 'reported', 'which vetoes nothing');
SELECT is((SELECT sharing FROM govdata.resource_item WHERE resource = :r AND name = '住址'), 'withheld', 'the item stays withheld');
SELECT is(t.owed(), 'answer_remark 武汉市数据局', 'a re-review is owed');
SELECT t.refused(who, t.answer(:e), 'ZW023 %', format('%s does not answer', who)) FROM unnest(ARRAY['hb_da', 'wh_police', 'wh_gov']) AS who;
SELECT t.allowed('wh_da', t.answer(:e), 'the reviewing authority answers');
SELECT is(t.owed(), 'nothing', 'once');
SELECT t.refused('wh_da', t.answer(:e, '再答'), 'ZW023 no remark on negative_entry % waits for an answer', 'not twice');
SELECT t.allowed('hb_da', t.remark(:e, '请再核'), 'it may remark again');
SELECT is((SELECT format('%s %s', remark, remark_answer) FROM govdata.negative_list WHERE id = :e), '请再核 ', 'which is open again');
SELECT t.allowed('wh_gov', format('SELECT govdata.lift_negative_entry(%s, ''复核后解除'')', :e), 'the re-review may end in lifting');
SELECT is(t.owed(), 'nothing', 'and then nothing is owed');
SELECT is((SELECT string_agg(after ->> 'remark', ', ' ORDER BY id) FROM govdata.journal_entry WHERE subject = 'negative_entry' AND after ? 'remark'), '依据是否仍有效, 请再核', 'all on record');

\i :actors_end
