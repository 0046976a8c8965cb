-- What the platform itself puts on record is in the language of the law, beside
-- what people put there; messages are in the language of the session instead,
-- see _text().

-- _on_record(what, facts) -> the reason or note of that name with its facts put in.
-- Raises 22023 for an unknown name, so that nothing goes on record without it.
CREATE FUNCTION govdata._on_record(what text, VARIADIC facts text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said text := CASE what
        -- reasons
        WHEN 'one_department' THEN '双方已并为同一部门'
        WHEN 'no_successor' THEN '部门已撤销，且未指明承接其职责的部门'
        WHEN 'no_office' THEN '已无非当事方的机关可以协调'
        WHEN 'unneeded' THEN '已改为无条件共享，无需授权'
        WHEN 'source_withheld' THEN '其来源资源 %s 已列为不予共享'
        WHEN 'source_item_withheld' THEN '其来源资源 %2$s 的信息项 %1$s 已列为不予共享'
        WHEN 'order_withheld' THEN '所调度的数据已列为不予共享'
        WHEN 'negative_entry' THEN '负面清单条目 %s：%s，%s'
        -- conditions of sharing
        WHEN 'source_conditions' THEN '须遵守来源资源 %s 的共享条件：%s'
        WHEN 'source_item_conditions' THEN '须遵守来源资源 %2$s 的信息项 %1$s 的共享条件：%3$s'
        WHEN 'conditions_open' THEN '共享条件待明确；负面清单条目 %s 已终止'
        -- quality: what a score or the end of a run means
        WHEN 'by_index' THEN '依唯一索引'
        WHEN 'by_sample' THEN '依 %s 个键及其全部行的抽样'
        WHEN 'no_row' THEN '没有可检查的行'
        WHEN 'not_attached' THEN '资源未挂接数据表'
        WHEN 'not_readable' THEN '提供部门无权读取规则所参照的资源'
        WHEN 'not_suited' THEN '数据表已不适合该规则，或者缺少查找所参照数据的索引'
        WHEN 'index_changed' THEN '读取期间信息项上的索引有增减'
        WHEN 'failed' THEN '规则执行失败，SQLSTATE 为 %s'
        WHEN 'rewritten' THEN '读取期间数据表一再被重写'
        WHEN 'other_version' THEN '该次检查由其他版本的程序库开始'
        WHEN 'table_changed' THEN '读取期间数据表被解除挂接或者变更'
        WHEN 'figures' THEN '%s %s：X = %s，A = %s，B = %s，界限 %s'
        WHEN 'sampled_figures' THEN '%s %s：X = %s，A = %s，B = %s，界限 %s，抽样，误差 %s'
        END;
BEGIN
    IF said IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format(govdata._text('there is no text "%s" to go on record'), what);
    END IF;
    RETURN format(said, VARIADIC facts);
END
$$;
COMMENT ON FUNCTION govdata._on_record(text, text[]) IS '平台自身记入台账的理由与说明(以法律所用的语言)';
