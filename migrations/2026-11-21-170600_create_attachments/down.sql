DROP TABLE attachment_parts, attachments;
