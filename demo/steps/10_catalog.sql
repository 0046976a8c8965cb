--: title 7, 10, 12 | One catalog for all departments | 全省一个目录
--: en Departments of Hubei, Wuhan, Yichang and two districts are registered, each with
--: en a credit code (synthetic, check characters right), a data officer, a role nobody
--: en logs in as, and a clerk who is a member of it. Who are you, clerk?
--: zh 湖北省、武汉市、宜昌市及两个区的部门已登记，各有统一社会信用代码（虚构，校验码正确）、
--: zh 数据管理机构、一个不可登录的角色和一名属于该角色的经办人。请问经办人，您代表谁？
--: as wuhan_civil_clerk
--: shows 武汉市民政局
SELECT d.id, d.uscc, d.name, d.region, d.kind FROM govdata.department d
 WHERE d.id = govdata.current_department();

--: en The civil affairs bureau of Wuhan sees what every department has published: base
--: en libraries (population, legal persons, space, credit, certificates), theme
--: en libraries and departments' own. Sharing is the rule; conditions are stated.
--: zh 武汉市民政局可见各部门已发布的目录：基础库（人口、法人、空间地理、信用、证照）、
--: zh 主题库和部门库。以共享为原则，有条件者写明条件。
--: shows 101001/000001
--: shows 301001/000001
--: hides 201002/000001
SELECT code, title, provider, library, sharing, opening FROM govdata.catalog ORDER BY code;

--: en One's own privileges are not an office: not even a superuser acts for a department.
--: zh 权限不等于职权：超级用户也不代表任何部门。
--: as postgres
--: fails ZW020
SELECT govdata.submit_request('101001/000001', '{name}', '看看', '2026-12-31');
