--: title 21 | Data of an upper platform, through one's own authority | 上级平台的数据，经本级主管部门申请
--: en A city's bureau does not ask a provincial department: its data authority does. The
--: en error names the way to go.
--: zh 市级部门不直接向省级部门申请，由本级政务数据主管部门申请。报错即指明途径。
--: as wuhan_civil_clerk
--: fails ZW021
SELECT govdata.submit_request('301001/000001', '{citizen_id,status}', '核对低保家庭经济状况', '2027-09-30');
