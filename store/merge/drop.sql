-- One row that stands no more.
INSERT INTO dropped SELECT u FROM dropping;
DELETE FROM amended WHERE u IN (SELECT u FROM dropping);
