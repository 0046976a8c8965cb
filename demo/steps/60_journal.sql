--: title 32 | What happened, and that nobody has touched it | 全程留痕，不可篡改
--: en The life of request 6, as its provider reads it. The consent was time's.
--: zh 提供部门所见的6号申请始末。作出同意的，是时间。
--: as hubei_labor_clerk
--: shows time
SELECT at, event, from_state, to_state, article, actor, role, department
  FROM govdata.journal WHERE subject = 'share_request' AND subject_key = '6' ORDER BY id;

--: en Each sweep seals what is new with a SHA-256 chain. The head belongs outside the
--: en database; it is in the server log as well.
--: zh 每次清扫以 SHA-256 散列链封存新的日志。链首应在库外留存，服务器日志中也有一份。
--: as postgres
CALL govdata.sweep();

--: keep SEAL HASH
SELECT seal, hash FROM govdata.seal_head();

--: shows ok
--: hides altered
SELECT finding, seal, entries, detail FROM govdata.verify_journal(:SEAL, ':HASH');

--: en A superuser tries to remove the traces, then to switch the protection off.
--: zh 超级用户企图删除痕迹，继而企图解除保护。
--: fails ZW032
DELETE FROM govdata.journal_entry WHERE subject = 'share_request';

--: fails ZW032
ALTER TABLE govdata.journal_entry DISABLE TRIGGER ALL;

--: en Whoever owns the server can force it. He leaves a line in its log, and the seals
--: en name the entry that he altered.
--: zh 掌握服务器的人总能强行为之。但服务器日志会留下一行，封存也会指出被改动的条目。
--: shows altered
BEGIN;
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.journal_entry DISABLE TRIGGER ALL;
UPDATE govdata.journal_entry SET role = 'somebody_else'
 WHERE subject = 'share_request' AND subject_key = '6' AND to_state = 'approved';
SELECT finding, seal, entry, detail FROM govdata.verify_journal(:SEAL, ':HASH');
ROLLBACK;
