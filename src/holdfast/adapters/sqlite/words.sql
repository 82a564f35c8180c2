-- name: search
SELECT m.key, bm25(words, 0.0, 1.0, 0.0), bm25(words, 0.0, 1.0, 1.0) AS window_score
FROM words JOIN memories AS m ON m.key = words.rowid
WHERE words MATCH ? AND {view}
ORDER BY window_score LIMIT ?

-- name: counts
SELECT term, doc FROM word_counts WHERE term IN (SELECT value FROM json_each(?1))

-- name: total
SELECT coalesce(max(key), 0) FROM memories
