using Orleans.Replication.Access;
using Orleans.Replication.Groups;

namespace Orleans.Replication.Tests.Groups;

/// <summary>Makes the providers on a member of a test's group use it from outside, through a door: what they then do on the member, they do as on a silo without a replica.</summary>
internal sealed class RemoteUse : IAsyncDisposable
{
    private readonly AccessClient _client;
    private readonly RemoteGroupAccesses _groups;
    private readonly IReadOnlyList<GroupDoor> _doors;

    private RemoteUse(AccessClient client, IReadOnlyList<GroupDoor> doors) => (_client, _groups, _doors) = (client, GroupDoor.Groups(client), doors);

    public AccessClient Client => _client;

    public IGroupAccess Group => _groups.Get(ReplicationGroups.Default);

    /// <summary>Opens doors in front of members, and has one of them used through these.</summary>
    public static async Task<RemoteUse> BeginAsync(GroupMember user, TimeSpan? timeout, params IReadOnlyList<GroupMember> through)
    {
        var doors = await Task.WhenAll(through.Select(member => GroupDoor.OpenAsync(member, member.Services, member.MaxCommandBytes)));
        var use = new RemoteUse(GroupDoor.Connect(timeout, doors.Select(door => door.Address)), doors);
        user.Access = () => use.Group;
        return use;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _groups.DisposeAsync();
        await _client.DisposeAsync();
        foreach (var door in _doors)
            await door.DisposeAsync();
    }
}
