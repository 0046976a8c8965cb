--: title 20 | Consent to a part | 部分同意
--: en The labor department asks for three items of the marriage register. The provider
--: en shares two; the third is a refusal, and a refusal states its reason.
--: zh 省人社厅申请婚姻登记信息的三项。提供部门同意其中两项；其余一项即为不同意，须说明理由。
--: as hubei_labor_clerk
--: shows 2
SELECT govdata.submit_request('202001/000001', '{citizen_id,spouse_id,status}',
       '核对遗属待遇资格', '2027-06-30') AS request;

--: as hubei_civil_clerk
--: fails ZW020
SELECT govdata.approve_request(2, '{citizen_id,status}');

SELECT govdata.approve_request(2, '{citizen_id,status}', '核对婚姻状况不需要配偶身份号码');

--: as hubei_labor_clerk
--: shows {spouse_id}
SELECT id, effective_state, granted_items, refused_items, answer_reason
  FROM govdata.request_board WHERE id = 2;
