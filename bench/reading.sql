-- The table attached as a resource, of which the reader's department may read
-- all items but one.  After registry.sql and person.sql.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

SET ROLE bench_provider1;
INSERT INTO govdata.resource (class, title, abstract, format_category, sharing, sharing_conditions,
	opening, opening_ground, update_cycle)
VALUES ('307009', 'Persons', 'For measuring.', '数据库', 'conditional', 'On request.', 'closed', 'privacy', '每日')
RETURNING id AS resource, code \gset
INSERT INTO govdata.resource_item (resource, name, title, data_type)
SELECT :resource, name, name, 'text' FROM unnest('{id,name,id_card,amount,region}'::text[]) AS name;
SELECT govdata.publish_resource(:'code') \g /dev/null
SELECT govdata.attach_resource(:'code', 'reading.person') \g /dev/null

SET ROLE bench_consumer1;
INSERT INTO govdata.share_request (resource, items, purpose, valid_until)
VALUES (:resource, '{id,name,amount,region}', 'Processing of cases', govdata.legal_date(govdata.clock()) + 365)
RETURNING id AS request \gset
SET ROLE bench_provider1;
SELECT govdata.approve_request(:request) \g /dev/null
