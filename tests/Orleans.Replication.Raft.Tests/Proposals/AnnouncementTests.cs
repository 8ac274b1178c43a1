using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Proposals;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Proposals;

/// <summary>When followers are told of a commit by a round of its own, and when the next entry tells them.</summary>
public sealed class AnnouncementTests : IAsyncDisposable
{
    private static readonly RaftGroupOptions Options = new() { Voters = [], Tables = [] };

    private readonly FakeTimeProvider _time = new();
    private readonly Engine _engine = (Engine)(object)DispatchProxy.Create<IConsensusEngine, Engine>();
    private readonly ProposalQueue _queue;

    public AnnouncementTests()
    {
        _queue = new ProposalQueue(Options, (IConsensusEngine)(object)_engine, _time);
        _queue.Start();
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    [Fact]
    public async Task A_commit_that_another_member_waits_for_is_announced_at_once()
    {
        await AppendAsync(isAwaitedElsewhere: true);
        await Eventually.TrueAsync("a round", () => _engine.Rounds == 1);
    }

    [Fact]
    public async Task A_commit_that_nobody_else_waits_for_is_announced_when_no_entry_follows()
    {
        await AppendAsync(isAwaitedElsewhere: false);
        await Task.Delay(50);
        Assert.Equal(0, _engine.Rounds);
        await Eventually.TrueAsync("a round", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return _engine.Rounds == 1;
        });
    }

    [Fact]
    public async Task The_next_entry_announces_the_commit_of_the_one_before()
    {
        for (var i = 0; i < 10; i++)
            await AppendAsync(isAwaitedElsewhere: false);
        Assert.Equal(0, _engine.Rounds);
    }

    [Fact]
    public async Task Who_asks_for_the_commit_index_need_not_wait()
    {
        await AppendAsync(isAwaitedElsewhere: false);
        await Eventually.TrueAsync("a round", () =>
        {
            _queue.AnnounceCommits();
            return _engine.Rounds == 1;
        });

        // Once is enough.
        _queue.AnnounceCommits();
        _time.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(50);
        Assert.Equal(1, _engine.Rounds);
    }

    private async Task AppendAsync(bool isAwaitedElsewhere)
    {
        var appended = _engine.Appended;
        Assert.True(_queue.TryEnqueue(new Proposal(isAwaitedElsewhere)));
        await Eventually.TrueAsync("the command to be appended", () => _engine.Appended == appended + 1);
    }

    private sealed class Proposal(bool isAwaitedElsewhere) : IProposal
    {
        public ReadOnlyMemory<byte> Encoded => new byte[16];

        public bool IsAwaitedElsewhere => isAwaitedElsewhere;

        public bool TryTake() => true;

        public void Accept()
        {
        }

        public void Refuse() => Assert.Fail("It was refused.");
    }

    /// <summary>A leader whose entries are applied as soon as they are appended.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "The proxy derives from it.")]
    private class Engine : DispatchProxy
    {
        private int _rounds;
        private int _appended;

        public int Rounds => Volatile.Read(ref _rounds);

        public int Appended => Volatile.Read(ref _appended);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IConsensusEngine.AppendAsync):
                    return new ValueTask<long>(Interlocked.Increment(ref _appended));
                case nameof(IConsensusEngine.WaitForApplyAsync):
                    return default(ValueTask);
                case nameof(IConsensusEngine.BeginRound):
                    Interlocked.Increment(ref _rounds);
                    return null;
                case "get_" + nameof(IConsensusEngine.Leadership):
                    return CancellationToken.None;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
