-- One standing row in the words that were found for it.
INSERT INTO dropped SELECT u FROM amending;
DELETE FROM amended WHERE u IN (SELECT u FROM amending);
INSERT INTO amended FROM amending;
