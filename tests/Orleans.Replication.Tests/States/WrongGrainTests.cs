using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.States;

/// <summary>What a developer who has got something wrong is told, and that it stays without consequences.</summary>
public sealed class WrongGrainTests(OneSilo one) : IClassFixture<OneSilo>
{
    [Theory]
    [InlineData("WrongType", "is a Orleans.Replication.Tests.Grains.Basket. Make it an IReplicatedState<TState>.")]
    [InlineData("SameName", "and so has another parameter of the same constructor. Give each state a name of its own.")]
    [InlineData("Nameless", "Give the state and the group names of their own.")]
    [InlineData("UnknownGroup", "has no replication group 'elsewhere', only 'default'. Add the name to RaftReplicationOptions.Groups on every silo.")]
    [InlineData("LinearizableAndOld", "with MaxStaleness, and its reads are Linearizable. Say Consistency = ReadConsistency.Stale as well.")]
    [InlineData("Endless", "with MaxStaleness 'soon', which is no length of time. Write hours, minutes and seconds, for example \"00:00:05\".")]
    public async Task A_state_that_is_asked_for_wrongly_fails_the_call_with_what_to_do(string grain, string message)
    {
        var wrong = one.Silo.Grains.GetGrain<IWrongGrain>("g", $"Orleans.Replication.Tests.Grains.{grain}Grain");
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await wrong.Call());
        for (var cause = error; cause is not null; cause = cause.InnerException)
            error = cause;
        Assert.Contains(message, Assert.IsType<ReplicationConfigurationException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_that_changes_what_it_has_read_cannot_change_what_operations_see()
    {
        var grain = one.Silo.Grains.GetGrain<IBagGrain>("reader");
        Assert.Equal(1, await grain.Put("a"));
        await grain.SpoilWhatWasRead();
        Assert.Equal(2, await grain.Put("b"));
    }

    [Fact]
    public async Task An_operation_that_changes_its_argument_and_throws_leaves_nothing_behind()
    {
        var grain = one.Silo.Grains.GetGrain<IBagGrain>("operation");
        Assert.Equal(1, await grain.Put("a"));
        await Assert.ThrowsAsync<OperationRejectedException>(async () => await grain.PutAndThrow());
        Assert.Equal(2, await grain.Put("b"));
    }

    [Fact]
    public async Task A_result_that_cannot_be_serialized_rejects_the_operation_and_the_group_goes_on()
    {
        var grain = one.Silo.Grains.GetGrain<IBagGrain>("result");
        Assert.Equal(1, await grain.Put("a"));
        await Assert.ThrowsAsync<OperationRejectedException>(async () => await grain.AnswerTheUnserializable());
        Assert.Equal(2, await grain.Put("b"));
        Assert.Null(one.Silo.Group.GetStatus().Fault);
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_as_its_type_fails_the_call_and_not_the_group()
    {
        var grain = one.Silo.Grains.GetGrain<IReplicatedBasketGrain>("damaged");
        var key = StateKey.Encode(grain.GetGrainId(), "basket");
        byte[] write = [1, (byte)StateCommandKind.Write, StateFormat.Version, 0xFF, 0xFF];
        await one.Silo.Group.ProposeAsync(new Command(StatesTable.TableName, key, write), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ReplicationConfigurationException>(async () => await grain.ReadTotal(ReadConsistency.Stale));
        Assert.Contains("cannot be read as Orleans.Replication.Tests.Grains.Basket", error.Message, StringComparison.Ordinal);
        Assert.Null(one.Silo.Group.GetStatus().Fault);
    }
}
