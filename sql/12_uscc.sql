/*
 * Unified social credit codes (src/uscc.c).
 */

/*
 * Is it a well-formed code with a right check character (GB 32100-2015)?
 * Lower case, blanks and anything but 18 characters are not.
 */
CREATE FUNCTION govdata.uscc_is_valid(code text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'gd_uscc_is_valid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.uscc_is_valid(text) IS
    '统一社会信用代码是否符合 GB 32100-2015：18 位、字符集、校验码';
