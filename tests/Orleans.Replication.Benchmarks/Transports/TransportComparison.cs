namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>Measures all transports in alternating rounds.</summary>
internal sealed class TransportComparison(
    TransportPlan plan, UploadTest upload, RoundTripTest roundTrip, IReadOnlyList<TransportKind> transports, TextWriter progress)
{
    public async Task<TransportMeasurements> RunAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("Warming up …");
        foreach (var transport in transports)
            await upload.RunAsync(transport, cancellationToken);

        var uploads = await AlternateAsync(
            transports, plan.Rounds, transport => upload.RunAsync(transport, cancellationToken), round => $"upload {round.MegabytesPerSecond:F0} MB/s");
        var roundTrips = new List<RoundTripMeasurement>();
        foreach (var lanes in plan.Lanes)
        {
            var measured = await AlternateAsync(
                [.. transports.Where(transport => transport != TransportKind.JsLibp2p)],
                plan.Rounds,
                transport => roundTrip.RunAsync(transport, lanes, cancellationToken),
                round => $"{lanes,2} lanes {round.PerSecond:F0} round trips/s, {round.AllocatedBytes:F0} bytes allocated each");
            roundTrips.AddRange(measured.Select(m => new RoundTripMeasurement(m.Transport, lanes, m.Rounds)));
        }

        return new TransportMeasurements([.. uploads.Select(m => new UploadMeasurement(m.Transport, m.Rounds))], roundTrips);
    }

    private async Task<IReadOnlyList<(TransportKind Transport, List<T> Rounds)>> AlternateAsync<T>(
        IReadOnlyList<TransportKind> transports, int rounds, Func<TransportKind, Task<T>> run, Func<T, string> describe)
    {
        var measured = transports.Select(transport => (Transport: transport, Rounds: new List<T>())).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < measured.Length; turn++)
            {
                // Who goes first changes with the round, so that each transport comes after each other one.
                var (transport, results) = measured[(turn + round) % measured.Length];
                results.Add(await run(transport));
                await progress.WriteLineAsync($"round {round + 1}: {transport,-9} {describe(results[^1])}");
            }
        }

        return measured;
    }
}
