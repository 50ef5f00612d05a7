package io.github.lanedrop.bench.demo;

/**
 * How well a network does after an epoch.
 *
 * @param train on all images that it learns from
 * @param test on all images that it does not
 */
public record Epoch(Scores train, Scores test) {}
