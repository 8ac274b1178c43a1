using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States;

/// <summary>A replica that cannot read what the group has agreed on goes out of service: anything else would split the group.</summary>
public sealed class UnreadableOperationTests
{
    [Fact]
    public async Task An_operation_of_a_type_that_the_silo_does_not_have_takes_its_replica_out_of_service_and_says_why()
    {
        using var folder = new TestFolder();
        await using var silo = await TestSilo.StartOneAsync(folder.Path);
        var grain = silo.Grains.GetGrain<IReplicatedBasketGrain>("g");
        Assert.Equal(1, await grain.Add(1));

        // As a newer silo would propose it: an operation like 'Tests.Add', of a type that is unknown here.
        var payload = new ArrayBufferWriter<byte>();
        StateCommand.Begin(payload, StateCommandKind.Apply, OriginFormat.Encode(default));
        silo.Services.GetRequiredService<Serializer>().Serialize<object, ArrayBufferWriter<byte>>(new Add(1), payload);
        var unknown = payload.WrittenSpan.ToArray();
        "Tests.New"u8.CopyTo(unknown.AsSpan(unknown.AsSpan().IndexOf("Tests.Add"u8)));
        var command = new Command(StatesTable.TableName, StateKey.Encode(GrainId.Create("t", "k"), "s"), unknown);
        await Assert.ThrowsAnyAsync<RaftException>(async () => await silo.Group.ProposeAsync(command, TestContext.Current.CancellationToken));

        var fault = silo.Group.GetStatus().Fault;
        Assert.Contains("Tests.New", fault, StringComparison.Ordinal);
        Assert.Contains("Deploy the assembly with the operation", fault, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.Add(1));
        Assert.Contains("out of service", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await grain.ReadTotal(ReadConsistency.Stale));
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () =>
            await silo.Grains.GetGrain<IReplicatedBasketGrain>("another").ReadTotal(ReadConsistency.Stale));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0201")]
    [InlineData("03010000")]
    [InlineData("0109")]
    [InlineData("0201000401")]
    [InlineData("02090000")]
    [InlineData("02040000")]
    [InlineData("0204000000000001")]
    [InlineData("02040000FFFFFF7F")]
    [InlineData("0204000000000000FFFFFFFF")]
    [InlineData("02040000000000000100000004000000000000000000")]
    [InlineData("0204000000000000000000000A")]
    [InlineData("02050000")]
    [InlineData("0205000000000002")]
    [InlineData("02050000000000020000000000000000")]
    [InlineData("01017F")]
    [InlineData("0101FFFFFFFFFFFFFF")]
    public void Bytes_that_are_no_command_are_an_error_and_no_outcome(string payload)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var table = new StatesTable(services.GetRequiredService<Serializer>(), new OperationRunners(services));
        var key = StateKey.Encode(GrainId.Create("t", "k"), "s");
        Assert.Throws<UnreadableStateException>(() => table.Apply(
            new CommandContext { Index = 1, Key = key, Payload = Convert.FromHexString(payload), Seed = 1, Timestamp = DateTimeOffset.UnixEpoch },
            state: null!));
    }
}
