--: title 17, 33 | Ending an authorization takes a ground | 撤销授权须有事由
--: en "We should have refused" is no ground, or consent by silence would be empty.
--: zh “当初本应不同意”不是事由，否则视为同意就成了空文。
--: as hubei_labor_clerk
--: fails ZW033
SELECT govdata.revoke_authorization(6, 'should_have_refused', '当初本应不同意');

--: en Misuse is one.
--: zh 违规使用则是。
--: as hubei_police_clerk
SELECT govdata.revoke_authorization(1, 'violation', '查实数据被转给第三方');

--: as hubei_civil_clerk
--: shows revoked
SELECT id, basis, state, ground, reason FROM govdata.share_authorization WHERE id = 1;

--: en Authorizations are written by the platform only. That holds for a superuser too.
--: zh 授权只由平台写入，超级用户也不例外。
--: as postgres
--: fails ZW017
UPDATE govdata.share_authorization SET state = 'active' WHERE id = 1;
