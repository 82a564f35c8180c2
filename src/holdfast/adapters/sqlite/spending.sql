-- name: record
INSERT INTO spending (day, model, calls, input_tokens, output_tokens, cost_usd, unpriced_calls)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (day, model) DO UPDATE SET
    calls = calls + excluded.calls,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cost_usd = cost_usd + excluded.cost_usd,
    unpriced_calls = unpriced_calls + excluded.unpriced_calls

-- name: forget
DELETE FROM spending WHERE day < ?1

-- name: spent
SELECT day, sum(calls), sum(input_tokens) + sum(output_tokens), sum(cost_usd), sum(unpriced_calls)
FROM spending WHERE day BETWEEN ?1 AND ?2 GROUP BY day ORDER BY day DESC LIMIT 1

-- name: days
SELECT day, model, calls, input_tokens, output_tokens, cost_usd, unpriced_calls
FROM spending ORDER BY day DESC, model LIMIT ?1
