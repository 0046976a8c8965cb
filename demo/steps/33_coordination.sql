--: title 20 | A refusal, with reason, and the way to coordination | 不同意须说明理由，可以提请协调
--: en The ecology department asks the same register for another use, law enforcement.
--: zh 省生态环境厅为监管执法申请同一资源。
--: as hubei_ecology_clerk
--: shows 4
SELECT govdata.submit_request('102001/000001', '{uscc,name,representative}',
       '核查排污口责任企业', '2027-12-31', '监管执法') AS request;

--: as hubei_market_clerk
--: fails ZW020
SELECT govdata.refuse_request(4, '');

SELECT govdata.refuse_request(4, '法定代表人信息涉及个人信息，请先说明必要性');

--: en The applicant turns to its data authority. Coordination is not command: the
--: en authority cannot close the case as agreed while the provider has not agreed.
--: zh 申请部门提请本级政务数据主管部门协调。协调不是命令：提供部门未表示同意，不能以同意结案。
--: as hubei_ecology_clerk
SELECT govdata.request_coordination(4, '追究责任需确定法定代表人');

--: as hubei_data_clerk
--: fails ZW020
SELECT govdata.settle_coordination(4, 'agreed', '双方达成一致');

--: as hubei_market_clerk
SELECT govdata.consent_in_coordination(4);

--: as hubei_data_clerk
SELECT govdata.settle_coordination(4, 'agreed', '限于已立案企业，双方达成一致');

--: as hubei_ecology_clerk
--: shows coordination
SELECT id, request, items, basis, valid_until FROM govdata.effective_authorization WHERE request = 4;
