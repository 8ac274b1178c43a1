using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Errors;

/// <summary>What is known to have happened stays the same when the Raft package's errors become this package's.</summary>
public sealed class RaftErrorsTests
{
    [Fact]
    public void Nothing_written_stays_nothing_written() =>
        Assert.Equal("m", Assert.IsType<ReplicationUnavailableException>(RaftErrors.Translate(new GroupUnavailableException("m"))).Message);

    [Fact]
    public void Busy_stays_busy_and_is_a_kind_of_unavailable() =>
        Assert.IsAssignableFrom<ReplicationUnavailableException>(Assert.IsType<ReplicationBusyException>(RaftErrors.Translate(new GroupBusyException("m"))));

    [Fact]
    public void An_unknown_outcome_stays_unknown() =>
        Assert.Equal("m", Assert.IsType<ReplicationOutcomeUnknownException>(RaftErrors.Translate(new OutcomeUnknownException("m"))).Message);

    [Fact]
    public void A_folder_that_cannot_be_used_is_a_matter_of_configuration() =>
        Assert.Equal("m", Assert.IsType<ReplicationConfigurationException>(RaftErrors.Translate(new RaftStorageException("m"))).Message);
}
