using System.Buffers;
using System.Buffers.Binary;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>Peers that agree on whole states.</summary>
public sealed class StateConsensusTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_state_that_one_member_commits_is_the_current_state_of_all()
    {
        await using var cluster = await ConsensusCluster<StateConsensus<Counter>, Counter>.StartAsync(3, _ => new("counter"));
        var revision = 0L;
        foreach (var writer in cluster.All)
        {
            var committed = await writer.CommitStateAsync(new Counter(++revision * 10), Cancelled);
            Assert.Equal((revision, new Counter(revision * 10), RevisionKind.State), (committed.Revision, committed.State, committed.Kind));
            foreach (var reader in cluster.All)
                Assert.Equal(committed, await reader.GetCurrentStateAsync(Cancelled));
        }
    }

    [Fact]
    public async Task Nothing_can_be_read_before_anything_was_agreed()
    {
        await using var cluster = await ConsensusCluster<StateConsensus<Counter>, Counter>.StartAsync(3, _ => new("counter"));
        foreach (var consensus in cluster.All)
        {
            await Assert.ThrowsAsync<NoStateException>(async () => await consensus.GetCurrentStateAsync(Cancelled));
            Assert.Equal(new ConsensusStatus { Revision = 0, OldestRevision = 0, Failure = null }, consensus.GetStatus());
        }

        await cluster.All.First().CommitStateAsync(new Counter(1), Cancelled);
        Assert.Equal(new Counter(1), (await cluster.All.Last().GetCurrentStateAsync(Cancelled)).State);
    }

    [Fact]
    public async Task It_says_what_to_do_when_it_is_not_attached_or_in_another_group()
    {
        var consensus = new StateConsensus<Counter>("counter");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await consensus.GetCurrentStateAsync(Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await consensus.CommitStateAsync(new Counter(1), Cancelled));
        Assert.Throws<InvalidOperationException>(() => consensus.Subscribe());
        await using var cluster = await TestCluster.StartAsync(1);
        Assert.Contains(nameof(RaftGroupOptions.Tables), Assert.Throws<ArgumentException>(() => consensus.Attach(cluster.Members[0].Group)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StateConsensus<Counter>("counter") { KeptRevisions = 0 });
    }

    [Fact]
    public async Task A_codec_of_ones_own_writes_the_states()
    {
        await using var cluster = await ConsensusCluster<StateConsensus<Counter>, Counter>.StartAsync(3, _ => new("counter") { StateCodec = new BinaryCounterCodec() });
        await cluster.All.First().CommitStateAsync(new Counter(0x0102030405060708), Cancelled);
        Assert.Equal(new Counter(0x0102030405060708), (await cluster.All.Last().GetCurrentStateAsync(Cancelled)).State);
        await cluster.WaitUntilEqualAsync();
        Assert.All(cluster.Records(), records => Assert.EndsWith("0102030405060708", records, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_codec_cannot_read_again_never_reaches_the_log()
    {
        await using var cluster = await ConsensusCluster<StateConsensus<Counter>, Counter>.StartAsync(1, _ => new("counter") { StateCodec = new BinaryCounterCodec() });
        var consensus = cluster.All.Single();
        await Assert.ThrowsAsync<ArgumentException>(async () => await consensus.CommitStateAsync(new Counter(-1), Cancelled));
        await consensus.CommitStateAsync(new Counter(1), Cancelled);
        Assert.Equal(1, (await consensus.GetCurrentStateAsync(Cancelled)).Revision);
    }

    [Fact]
    public void The_default_codec_refuses_what_it_does_not_know()
    {
        var codec = new JsonConsensusCodec<Counter>();
        Assert.Equal(new Counter(3), codec.Decode("{\"Value\":3}"u8.ToArray()));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => codec.Decode("{\"Value\":3,\"New\":1}"u8.ToArray()));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => codec.Decode("null"u8.ToArray()));
    }

    [Fact]
    public async Task A_consensus_on_whole_states_takes_no_operations()
    {
        await using var cluster = await ConsensusCluster<StateConsensus<Counter>, Counter>.StartAsync(1, _ => new("counter"));
        var actor = cluster.All.Single().Attach(cluster.Raft.Members[0].Group);
        await Assert.ThrowsAsync<ArgumentException>(async () => await actor.SetStateAsync(new ConsensusChange<Counter>.Operation(new Add(1)), Cancelled));
    }

    /// <summary>Eight bytes; refuses to read negative numbers.</summary>
    private sealed class BinaryCounterCodec : IConsensusCodec<Counter>
    {
        public void Encode(Counter value, IBufferWriter<byte> destination)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(sizeof(long)), value.Value);
            destination.Advance(sizeof(long));
        }

        public Counter Decode(ReadOnlyMemory<byte> source) =>
            BinaryPrimitives.ReadInt64BigEndian(source.Span) is >= 0 and var value ? new(value) : throw new FormatException("Counters are not negative.");
    }
}
