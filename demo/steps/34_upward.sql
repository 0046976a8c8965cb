--: title 21 | Data of an upper platform, through one's own authority | 上级平台的数据，经本级主管部门申请
--: en A district's bureau needs insurance records of the province. It does not ask the
--: en provincial department itself, and the error names the way to go.
--: zh 黄陂区民政局需要省级平台的社会保险信息。区级部门不直接向省级部门申请，报错即指明途径。
--: as huangpi_civil_clerk
--: fails ZW021
SELECT govdata.submit_request('301001/000001', '{citizen_id,status}', '核对低保家庭经济状况',
       '2027-09-30', route => 'direct');

--: en Left to the platform, the same request is reported to its own data authority.
--: en No clock runs yet.
--: zh 交由平台选择途径，同一申请即报送本级主管部门。此时期限尚未起算。
--: shows 5
SELECT govdata.submit_request('301001/000001', '{citizen_id,status}', '核对低保家庭经济状况',
       '2027-09-30') AS request;

--: shows reported
SELECT id, route, state, with_whom, applicant, due_on FROM govdata.request_board WHERE id = 5;

--: en County, city, province: each level passes it on. The district's authority cannot
--: en skip the city's.
--: zh 区、市、省逐级转报，区级主管部门不能越过市级。
--: as huangpi_data_clerk
--: fails ZW021
UPDATE govdata.share_request SET state = 'submitted' WHERE id = 5;

SELECT govdata.forward_request(5);

--: as wuhan_data_clerk
--: shows forward_request
SELECT duty, article, subject_key, since FROM govdata.obligation WHERE subject_key = '5';

SELECT govdata.forward_request(5);

--: en The province has it now, and only now its ten working days begin. Every hop is on
--: en record, with its date.
--: zh 至此省级部门收到申请，十个工作日由此起算。每一级的收到与转出时间均有记录。
--: as hubei_labor_clerk
--: shows forwarded
SELECT hop, d.name, h.received_at, h.left_at, h.outcome
  FROM govdata.request_hop h JOIN govdata.department d ON d.id = h.authority WHERE h.request = 5 ORDER BY hop;

--: shows upward
SELECT id, route, state, received_at, due_on, working_days_left FROM govdata.request_board WHERE id = 5;

SELECT govdata.approve_request(5);

--: en The authorization names the applicant, Huangpi's data authority, and the end user.
--: en Revoking the one ends the other. The authority itself reads nothing by it.
--: zh 授权载明申请人（黄陂区数据局）和最终用户；撤销前者即终止后者。主管部门并不因此可以读取。
--: as huangpi_civil_clerk
--: shows 黄陂区数据局
SELECT a.id, t.name AS applicant, c.name AS end_user, a.items, a.basis, a.state
  FROM govdata.share_authorization a JOIN govdata.department t ON t.id = a.applicant
  JOIN govdata.department c ON c.id = a.consumer WHERE a.request = 5;
