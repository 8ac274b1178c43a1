namespace Orleans.Replication.Tests.Groups;

/// <summary>
/// A real group of three, shared by the tests of a class. It is written on one follower and read on the other: neither is where commands are
/// ordered, and what the reader has applied is not what the writer has.
/// </summary>
public sealed class GroupOfThree : IAsyncLifetime, IGroupFixture
{
    private TestGroup? _group;
    private GroupMember[] _followers = [];

    GroupMember IGroupFixture.Writer => _followers[0];

    GroupMember IGroupFixture.Reader => _followers[1];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(3);
        var leader = await _group.WaitForLeaderAsync();
        _followers = [.. _group.Members.Where(member => member != leader)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _group!.DisposeAsync();
}
