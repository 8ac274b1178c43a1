using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>A database that opens, and then turns out to be damaged.</summary>
public sealed class StateDamageTests
{
    /// <summary>It stayed open: nothing could be opened in its place before the process ended, and the member was out of service until then.</summary>
    [Fact]
    public void A_state_whose_position_cannot_be_read_is_closed_and_another_can_take_its_place()
    {
        var folder = Directory.CreateTempSubdirectory("raft-state-").FullName;
        using (var state = StateStore.Open(folder))
            state.Commit(new StateBatch(), new AppliedPosition(1, 1, 1, default));
        Inflicted.On(Assert.Single(Directory.GetFiles(Path.Combine(folder, "1"), "*.sst")), DamageKind.FlippedBit);
        Assert.True(Assert.Throws<RaftStorageException>(() => StateStore.Open(folder)).IsDamage);
        Directory.Delete(folder, recursive: true);
        using (var other = StateStore.Open(folder))
            Assert.Equal(default, other.Position);
        Directory.Delete(folder, recursive: true);
    }
}
