--: title 20 | A request, answered in time | 申请按期得到答复
--: en The provincial civil affairs department needs two items of the population register.
--: en The request states items, purpose, last day of use and kind of use.
--: zh 省民政厅需要人口基本信息中的两项。申请写明信息项、用途、使用期限和用途类别。
--: as hubei_civil_clerk
--: shows 1
SELECT govdata.submit_request('101001/000001', '{citizen_id,name}',
       '核验社会救助申请人身份', '2027-09-30', '身份核验') AS request;

--: en The police see a duty with its limit: ten working days, and silence is consent.
--: zh 省公安厅随即看到一项义务及其期限：十个工作日，逾期不处理的，视为同意。
--: as hubei_police_clerk
--: shows deemed_consent
SELECT duty, subject_key, due_on, working_days_left, late, consequence FROM govdata.my_obligation
 WHERE subject = 'share_request';

--: en Only they may answer it; another department does not even see it.
--: zh 只有省公安厅可以答复；无关部门连申请也看不见。
--: as hubei_market_clerk
--: fails ZW020
SELECT govdata.approve_request(1);

--: as hubei_police_clerk
SELECT govdata.approve_request(1);

--: en The platform writes the authorization in the same transaction; nobody else can.
--: zh 平台在同一事务中写下授权；任何人不得自行写入。
--: as hubei_civil_clerk
--: shows reply
SELECT id, code, items, purpose, basis, valid_from, valid_until FROM govdata.effective_authorization;
