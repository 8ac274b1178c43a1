using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.Replication.Nemesis.Silo.Calls;

/// <summary>
/// Calls replicated grains from this silo, one after the other in several loops, and counts the calls that another silo answered. It reports each time it has counted some
/// more, so that little is unknown when the process is killed.
/// </summary>
internal sealed class LocalCalls(string name, IGrainFactory grains, ILocalSiloDetails silo) : BackgroundService
{
    private const int Callers = 4;
    private const int Keys = 200;
    private const int CallsPerReport = 200;

    private readonly string _here = silo.SiloAddress.ToParsableString();
    private readonly ConcurrentQueue<string> _failures = new();
    private long _calls;
    private long _left;
    private long _retried;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(stoppingToken)));
        ReportCalls();
    }

    private async Task CallAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var grain = grains.GetGrain<INearbyGrain>(Random.Shared.Next(Keys));
            var kind = Random.Shared.Next(10);
            var attempts = 0;
            try
            {
                var served = await Retry.UntilAnsweredAsync(
                    () =>
                    {
                        attempts++;
                        return kind == 0 ? grain.Add() : grain.Read((ReadConsistency)(kind % 3));
                    },
                    stop);
                Count(served, attempts);
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                _failures.Enqueue($"{error.GetType()}: {error.Message}");
                ReportCalls();
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
            }
        }
    }

    private void Count(string served, int attempts)
    {
        if (served != _here)
            Interlocked.Increment(ref _left);
        if (attempts > 1)
            Interlocked.Increment(ref _retried);
        if (Interlocked.Increment(ref _calls) % CallsPerReport == 0)
            ReportCalls();
    }

    private void ReportCalls() => Report.Write(new CallReport(
        name, Environment.ProcessId, Volatile.Read(ref _calls), Volatile.Read(ref _left), Volatile.Read(ref _retried), [.. _failures]));
}
