--: title 20 | Silence over a holiday is consent | 逾期不处理的，视为同意
--: en Friday afternoon, 18 September. The civil affairs department asks for insurance
--: en records, to check a family's means.
--: zh 9月18日，星期五下午。省民政厅申请社会保险信息，用于核对家庭经济状况。
--: clock 2026-09-18 16:40:00
--: as hubei_civil_clerk
--: shows 2026-10-09
INSERT INTO govdata.share_request (resource, items, purpose, valid_until)
SELECT id, '{citizen_id,status,base}', '核对申请低保家庭的经济状况', '2027-09-30'
  FROM govdata.resource WHERE code = '301001/000001'
RETURNING id, state, received_at, due_on, due_at, due_provisional;

--: en Ten working days, day by day. The Sunday before Mid-Autumn is worked, by notice
--: en of the State Council, and counts; the National Day week does not.
--: zh 十个工作日，逐日列出。按国务院办公厅通知，中秋前的星期日上班，计入期限；国庆假期不计。
--: shows 2026-09-20
--: shows workday
SELECT day, weekday, kind, counts, count, name, notice
  FROM govdata.explain_deadline('2026-09-18 16:40+08', 10);

--: en Nothing stops the clock. The provider cannot withdraw what it is asked for.
--: zh 期限不因提供部门的举动而中止：被申请的资源不能一撤了之。
--: as hubei_labor_clerk
--: fails ZW020
SELECT govdata.withdraw_resource('301001/000001', '系统改造');

--: en Two minutes to midnight on the last day, and no answer. It could still be given.
--: zh 最后一日，还差两分钟二十四时，仍无答复。此时答复尚不为迟。
--: clock 2026-10-09 23:58:00
--: shows submitted
SELECT id, state, effective_state, due_on, working_days_left, basis FROM govdata.request_board WHERE id = 6;

--: en One minute after. No job has run, nothing has been written, and the request is
--: en approved: time decides, a job only writes it down.
--: zh 零时一分。任何定时任务都没有运行，什么也没有写下，而申请已经同意：起作用的是时间，任务只是记录。
--: clock 2026-10-10 00:01:00
--: shows deemed_consent
SELECT id, state, effective_state, due_on, working_days_left, basis FROM govdata.request_board WHERE id = 6;

--: as hubei_civil_clerk
--: shows deemed_consent
SELECT id, code, items, basis, valid_from, valid_until FROM govdata.effective_authorization WHERE request = 6;

--: en The provider refuses now. With a verb or, as here, by plain UPDATE: it is too late.
--: zh 提供部门此时才不同意。无论用动词，还是像这样直接更新，都已经迟了。
--: as hubei_labor_clerk
--: fails ZW020
UPDATE govdata.share_request SET state = 'refused', answer_reason = '缴费基数不宜提供' WHERE id = 6;

--: en Now pg_cron is told to sweep every minute. Its next minute writes down what time
--: en has decided.
--: zh 现在让 pg_cron 每分钟清扫一次。它的下一分钟将写下时间已经决定的事。
--: as postgres
--: shows 1
SELECT govdata.schedule() AS job;

--: wait 90
SELECT id, state, answer_basis, answered_at, granted_items FROM govdata.share_request
 WHERE id = 6 AND state = 'approved';

--: shows active
SELECT id, request, basis, state, valid_from FROM govdata.share_authorization WHERE request = 6;

--: wait 20
SELECT started_at, finished_at, settled, expired, sealed, failed FROM govdata.sweep_heartbeat
 WHERE settled = 1;

--: en Written down or not, the answer to a late refusal is the same.
--: zh 写下与否，对迟到的不同意，回答都一样。
--: as hubei_labor_clerk
--: fails ZW020
SELECT govdata.refuse_request(6, '缴费基数不宜提供');
