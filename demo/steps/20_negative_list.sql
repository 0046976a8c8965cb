--: title 16, 23 | Nothing is withheld without the negative list | 不予共享，须先列入负面清单
--: en The health commission of Wuhan keeps records that a regulation protects. It has
--: en classified them as withheld and wants to publish the entry.
--: zh 武汉市卫生健康委员会有一类受法规保护的数据，已归为不予共享，现要发布该目录条目。
--: as wuhan_health_clerk
--: fails ZW023
SELECT govdata.publish_resource('201002/000001');

--: en It takes a basis in a law, a regulation or a national rule. A local paper is none.
--: zh 依据只能是法律、法规或者国家有关规定，本单位的文件不算。
--: fails ZW016
INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason)
SELECT id, 'departmental_paper', '本委数据管理办法', '第五条', '内部规定'
  FROM govdata.resource WHERE code = '201002/000001';

INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason)
SELECT id, 'regulation', '艾滋病防治条例', '第三十九条', '未经本人同意不得公开其个人信息'
  FROM govdata.resource WHERE code = '201002/000001'
RETURNING id, state;

--: en The data authority of the city reviews, the city government approves: in this
--: en order, and each for itself.
--: zh 市政务数据主管部门审核，市人民政府批准；次序不能颠倒，谁也不能代替谁。
--: as wuhan_government_clerk
--: fails ZW023
SELECT govdata.approve_negative_entry(1);

--: as wuhan_data_clerk
SELECT govdata.review_negative_entry(1, '依据充分');

--: fails ZW023
SELECT govdata.approve_negative_entry(1);

--: as wuhan_government_clerk
SELECT govdata.approve_negative_entry(1);

--: en In force. The entry is published, as withheld, and the authority files it upward.
--: zh 批准即生效。条目得以发布，标明不予共享；主管部门随即报上一级主管部门。
--: as wuhan_health_clerk
SELECT govdata.publish_resource('201002/000001');

--: as wuhan_data_clerk
SELECT govdata.report_negative_entry(1);

--: en Every department can read the negative list.
--: zh 负面清单对各部门公开。
--: as hubei_ecology_clerk
--: shows 艾滋病防治条例
--: shows 湖北省数据局
SELECT code, provider, legal_basis, basis_article, state, reviewed_by, approved_by, reported_to
  FROM govdata.negative_list;

