using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Joining;

/// <summary>Silos that join a cluster which exists: real silos, the first one on its own.</summary>
public sealed class JoinTests : IAsyncLifetime
{
    private const string Token = "what those share who may join";

    private readonly TestFolder _folder = new();
    private readonly List<TestSilo> _silos = [];

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => default;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_silo_that_asks_waits_until_an_operator_adds_it()
    {
        var first = await StartFirstAsync(options => options.JoinToken = Token);
        var joining = Create(first, options => options.JoinToken = Token);
        var started = joining.StartAsync();
        await Wait.UntilAsync("it waits", () => Task.FromResult(first.Group.GetStatus().Waiting.Count == 1));
        var waiting = first.Group.GetStatus().Waiting[0].Peer;
        Assert.Equal(joining.Replication.PeerId, waiting.Id);
        Assert.False(started.IsCompleted);

        await first.Group.AddVoterAsync(waiting, TestContext.Current.CancellationToken);
        await started;
        Assert.Empty(first.Group.GetStatus().Waiting);
        await Wait.UntilAsync("it votes", () => Task.FromResult(joining.Group.GetStatus().Role == RaftRole.Follower));
    }

    [Fact]
    public async Task Three_silos_become_voters_by_themselves_and_a_fourth_stays_a_learner()
    {
        static void Admitting(RaftReplicationOptions options) => (options.JoinToken, options.AutoAdmit) = (Token, true);
        var first = await StartFirstAsync(Admitting);

        // The second asks the leader; the third and the fourth know the second only. The fourth comes when there are enough voters: which of two learners catches up first is open.
        await Create(first, Admitting).StartAsync();
        await Create(_silos[1], Admitting).StartAsync();
        await Wait.UntilAsync("three voters", () => Task.FromResult(Voters(first).Count == 3));
        await Create(_silos[1], Admitting).StartAsync();
        await Wait.UntilAsync("four members", () => Task.FromResult(first.Group.GetStatus().Members.Count == 4));
        Assert.Equal(_silos.Take(3).Select(silo => silo.Replication.PeerId).Order(StringComparer.Ordinal), Voters(first));
        Assert.Equal(RaftRole.Learner, _silos[3].Group.GetStatus().Role);
        await _silos[3].Group.ReadBarrierAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_silo_with_another_token_is_not_let_in()
    {
        var first = await StartFirstAsync(options => (options.JoinToken, options.AutoAdmit) = (Token, true));
        var stranger = Create(first, options => (options.JoinToken, options.CatchUpTimeout) = (Token + "!", TimeSpan.Zero));
        using var log = new Lines();
        stranger.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        using var enough = new CancellationTokenSource();
        var started = stranger.StartAsync(enough.Token);
        await Wait.UntilAsync(
            "it is told", () => Task.FromResult(log.Any(line => line.Contains("does not let this silo join: The token is not this silo's JoinToken.", StringComparison.Ordinal))));
        Assert.Empty(first.Group.GetStatus().Waiting);
        Assert.Single(first.Group.GetStatus().Members);
        await enough.CancelAsync();
        await Record.ExceptionAsync(() => started);
    }

    private static List<string> Voters(TestSilo silo) =>
        [.. silo.Group.GetStatus().Members.Where(member => member.Role == RaftMemberRole.Voter).Select(member => member.Id)];

    private async Task<TestSilo> StartFirstAsync(Action<RaftReplicationOptions> configure)
    {
        var silo = await TestSilo.StartOneAsync(_folder.Sub("silo0"), configure);
        _silos.Add(silo);
        return silo;
    }

    private TestSilo Create(TestSilo known, Action<RaftReplicationOptions> configure)
    {
        var folder = _folder.Sub($"silo{_silos.Count}");
        var addresses = known.Replication.GetAddresses(known.Replication.PeerId);
        var silo = TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
        {
            options.DataDirectory = folder;
            foreach (var address in addresses)
                options.JoinAddresses.Add(address);
            configure(options);
        }));
        _silos.Add(silo);
        return silo;
    }

    /// <summary>What a silo logs.</summary>
    private sealed class Lines : ConcurrentQueue<string>, ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
