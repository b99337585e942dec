-- What no other speaker has told stands by itself.
INSERT INTO held SELECT first_u, u, speaker FROM moved WHERE speaker = $speaker AND u NOT IN (SELECT u FROM held);
