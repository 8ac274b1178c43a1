namespace Orleans.Replication.Tests.Groups;

/// <summary>
/// A real group of three, shared by the tests of a class, that is used from outside: written through the door of one follower and read through that of the other, by processes that hold no replica.
/// </summary>
public sealed class GroupFromOutside : IAsyncLifetime, IGroupFixture
{
    private readonly List<RemoteUse> _uses = [];
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
        foreach (var follower in _followers)
            _uses.Add(await RemoteUse.BeginAsync(follower, timeout: null, follower));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var use in _uses)
            await use.DisposeAsync();
        await _group!.DisposeAsync();
    }
}
