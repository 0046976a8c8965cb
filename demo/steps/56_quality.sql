--: title 13 | A fault in the data is found, pushed, answered and repaired | 数据有误：发现、推送、反馈、修复
--: en The platform's operator keeps up the quality of what lies on it; no company is
--: en registered for the provincial platform, so the data authority does. It proposes a
--: en rule: no name may hold a character of the private use area, which other computers
--: en show as a blank. A rule with a value of one's own choice asks the data a question,
--: en so it runs only when the provider has adopted it.
--: zh 平台运行维护管理单位负责平台数据的质量；省平台未登记运维公司，由省数据局承担。
--: zh 省数据局提出一条规则：名称中不得有造字区的字，这样的字到别的电脑上就是空白。
--: zh 规则中含有自选的取值，等于向数据提问，故须经提供部门同意方可执行。
--: as hubei_data_clerk
SELECT govdata.define_rule('202003/000001', '0302', 'pattern', '名称不得有造字区的字',
       '{name}', pattern => '^[^\uE000-\uF8FF]+$') AS rule;

--: shows proposed
--: keep RULE
SELECT id, indicator, kind, items, state FROM govdata.quality_rule;

--: as hubei_civil_clerk
SELECT govdata.adopt_rule(:RULE);

--: en The provider has rules of its own: a code belongs to its street, and occurs once.
--: zh 提供部门也设定自己的规则：代码与所属街道相符，且不重复。
SELECT govdata.define_rule('202003/000001', '0402', 'expression', '代码与街道代码相符',
       expression => 'left(code, 9) = street_code'),
       govdata.define_rule('202003/000001', '0304', 'unique', '代码不重复', '{code}');

--: en The platform runs them on the attached table, a range of blocks at a time, without
--: en locking it and without writing to it.
--: zh 平台在挂接的表上分段执行规则，不锁表，也不写表。
--: as postgres
CALL govdata.check_quality();

--: en One name of 26,983 is wrong: in the real data.
--: zh 26983 个名称中有一个有误：这是真实数据中的错误。
--: as hubei_data_clerk
--: shows 26982
--: shows 26983
SELECT rule_title, indicator, a, b, round(score, 6) AS x, outcome FROM govdata.quality_board ORDER BY rule;

--: en The finding was pushed to the provider, whose three working days are running. The
--: en authority sees the clock.
--: zh 问题已推送提供部门，三个工作日的期限开始计算。主管部门看得到期限。
--: shows notified
--: keep DOUBT
SELECT id, state, due_on, working_days_left, late FROM govdata.doubt_board;

--: en Which row? A finding tells numbers only. The provider asks with its own reading.
--: zh 哪一行？推送的只有数字。提供部门以自己的读取查出。
--: as hubei_civil_clerk
--: shows answer_doubt
SELECT duty, subject_key, due_on, working_days_left, consequence FROM govdata.obligation WHERE subject = 'data_doubt';

--: shows FROM civil.village
SELECT govdata.rule_query(:RULE);

--: shows 420684103229
SELECT govdata.rule_query(:RULE) \gexec

--: en It confirms, and repairs. Until the character has a code, a box stands for it.
--: zh 提供部门确认有误并修复：该字尚无编码，以“□”代之。
SELECT govdata.answer_doubt(:DOUBT, 'confirmed', '该字为造字，未纳入国家标准字符集');

UPDATE civil.village SET name = '高□村委会' WHERE code = '420684103229';
SELECT govdata.report_repair(:DOUBT, '已以“□”代替，待公布编码后更正');

--: en The next run finds nothing and closes the doubt.
--: zh 再次检查，不再有误，校核自动办结。
--: as postgres
CALL govdata.check_quality('202003/000001');

--: as hubei_civil_clerk
--: shows closed
SELECT id, state, late, answer, repaired_at, closed_at FROM govdata.doubt_board;

--: en The scores before and after, with the figures behind them.
--: zh 修复前后的得分，以及得分所依据的数字。
--: shows 0.999981
--: shows 1.000000
SELECT run, dimension, dimension_title, score, rules FROM govdata.quality_report
 ORDER BY run, dimension NULLS LAST;
