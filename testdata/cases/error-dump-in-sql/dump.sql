-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS `events`;
CREATE TABLE `events` (`user_id` int, `event_name` varchar(64), `created_at` datetime);
INSERT INTO `events` VALUES (42,'purchase','2025-10-01 06:27:40');
