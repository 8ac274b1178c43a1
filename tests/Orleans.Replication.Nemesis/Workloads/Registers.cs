using System.Globalization;
using System.Text;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Linearizability;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Workloads;

/// <summary>Clients that read and write a few keys over HTTP, at whichever silo they come to, and keep the history of it for the checker.</summary>
internal sealed class Registers(string prefix, int seed)
{
    private const int Keys = 3;
    private static readonly LinearizabilityChecker<RegisterModel.State, RegisterCall, string?> Checker = new(new RegisterModel());

    private readonly History _history = new();
    private int _era;
    private int _values;

    public int AnsweredCount => _history.AnsweredCount;

    /// <summary>From here on other registers: a long history of one is dear to check, and says no more than two short ones.</summary>
    public void BeginEra() => Interlocked.Increment(ref _era);

    public Task RunAsync(IReadOnlyList<KeyValueSilo> silos, int clients, CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, clients).Select(client => Task.Run(() => CallAsync(silos, client, new Random(HashCode.Combine(seed, client)), stop), CancellationToken.None)));

    /// <summary>Fails when no order of the calls explains their answers.</summary>
    public void AssertLinearizable()
    {
        foreach (var key in _history.Keys)
        {
            if (Checker.FindViolation(_history.Of(key)) is { } violation)
                Assert.Fail($"The history of '{key}' (NEMESIS_SEED={seed}) is not linearizable. {violation}");
        }
    }

    private async Task CallAsync(IReadOnlyList<KeyValueSilo> silos, int client, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // A read may come to any silo: what one has acknowledged, every other has to show.
            var silo = silos[random.Next(silos.Count)];
            var key = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Volatile.Read(ref _era)}-{random.Next(Keys)}");
            if (!await (random.Next(10) < 6 ? ReadAsync(silo, client, key, stop) : WriteAsync(silo, client, key, stop)))
                await Patiently.PauseAsync(stop);
        }
    }

    private async Task<bool> ReadAsync(KeyValueSilo silo, int client, string key, CancellationToken stop)
    {
        var began = _history.Begin();
        var (outcome, value) = await silo.Client.GetAsync(key, stop);
        if (outcome != CallOutcome.Acknowledged)
            return false;
        _history.End($"{client} at {silo}", key, RegisterCall.Read, began, value is { Length: > 0 } ? Encoding.ASCII.GetString(value) : null);
        return true;
    }

    private async Task<bool> WriteAsync(KeyValueSilo silo, int client, string key, CancellationToken stop)
    {
        var value = Interlocked.Increment(ref _values).ToString(CultureInfo.InvariantCulture);
        var began = _history.Begin();
        var (outcome, _) = await silo.Client.PutAsync(key, Encoding.ASCII.GetBytes(value), stop);
        if (outcome == CallOutcome.Acknowledged)
            _history.End($"{client} at {silo}", key, RegisterCall.Write(value), began, RegisterModel.Done);
        else if (outcome == CallOutcome.Unknown)
            _history.Lose($"{client} at {silo}", key, RegisterCall.Write(value), began);
        return outcome == CallOutcome.Acknowledged;
    }
}
