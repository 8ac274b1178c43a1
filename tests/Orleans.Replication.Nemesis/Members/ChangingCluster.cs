using System.Diagnostics;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Members;

/// <summary>A cluster of processes that begins as one silo, and to which silos are added and from which they are removed, as an operator does it over HTTP.</summary>
internal sealed class ChangingCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("orleans-replication-members-").FullName;
    private readonly List<KeyValueSilo> _all = [];

    /// <summary>The members that serve.</summary>
    public CurrentSilos Silos { get; } = new();

    /// <summary>Starts the first.</summary>
    public Task BeginAsync(CancellationToken cancellationToken) => StartAsync([], cancellationToken);

    /// <summary>Starts a silo, has it added, and waits until it serves as a voter.</summary>
    public async Task<KeyValueSilo> AddAsync(CancellationToken cancellationToken)
    {
        var members = Silos.ToArray();
        return await StartAsync(members, cancellationToken);
    }

    /// <summary>Has a silo removed, which goes on for a moment, and ends its process.</summary>
    public async Task RemoveAsync(KeyValueSilo silo, CancellationToken cancellationToken)
    {
        // Its clients are not told before: they meet a silo that is no member any more.
        var others = Silos.Where(other => other != silo).ToArray();
        await RepeatAsync(others, (client, token) => client.RemoveMemberAsync(silo.PeerId, token), $"the removal of {silo}", cancellationToken);
        silo.Kill();
        Silos.Remove(silo);
    }

    /// <summary>The member that leads, as the others say.</summary>
    public async Task<KeyValueSilo> FindLeaderAsync(CancellationToken cancellationToken)
    {
        KeyValueSilo? leader = null;
        await Eventually.HoldsAsync(
            async token =>
            {
                var named = (await Silos[0].Client.GetStatusAsync(token))?.Leader;
                leader = Silos.FirstOrDefault(silo => silo.PeerId == named);
                return leader is not null;
            },
            "a leader among the members",
            cancellationToken);
        return leader!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _all)
            await silo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<KeyValueSilo> StartAsync(KeyValueSilo[] members, CancellationToken cancellationToken)
    {
        var silo = await JoiningSilo.PrepareAsync(_folder, $"silo{_all.Count}", members.Select(member => member.Address), cancellationToken);
        _all.Add(silo);
        await silo.StartAsync();
        if (members.Length > 0)
            await RepeatAsync(members, (client, token) => client.AddMemberAsync(silo.Address, token), $"the addition of {silo}", cancellationToken);
        await KeyValueCluster.WaitUntilReadyAsync([silo], cancellationToken);
        Silos.Add(silo);
        return silo;
    }

    /// <summary>Asks one after the other until it is done: a change may be refused because another is not finished, or take longer than one request.</summary>
    private static async Task RepeatAsync(
        KeyValueSilo[] members, Func<KeyValueClient, CancellationToken, Task<CallResult<byte[]>>> ask, string what, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        for (var i = 0; await ask(members[i % members.Length].Client, cancellationToken) is { Outcome: not CallOutcome.Acknowledged, Reason: var reason }; i++)
        {
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}. {reason} The end of a member's log:\n{members[i % members.Length].LogTail()}");
            await Workloads.Patiently.PauseAsync(cancellationToken);
        }
    }
}
