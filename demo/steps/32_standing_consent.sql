--: title 20 | What can be answered at once is answered at once | 能够立即答复的，立即答复
--: en The market regulator declares in advance: any department of the province may use the
--: en business register for administrative approvals. Plain SQL does; there are no verbs
--: en that the tables do not obey.
--: zh 省市场监督管理局预先声明：全省各部门为行政审批使用企业登记信息，一律同意。
--: zh 这里直接写表：动词与普通 SQL 服从同样的规则。
--: as hubei_market_clerk
INSERT INTO govdata.standing_consent (resource, regions, uses)
SELECT id, '{420000}', '{行政审批}' FROM govdata.resource WHERE code = '102001/000001'
RETURNING id, state, declared_at;

--: as hubei_labor_clerk
--: shows standing_consent
INSERT INTO govdata.share_request (resource, items, purpose, usage, valid_until)
SELECT id, '{uscc,name,status}', '办理企业职工参保登记', '行政审批', '2027-12-31'
  FROM govdata.resource WHERE code = '102001/000001'
RETURNING id, state, answer_basis, granted_items;
