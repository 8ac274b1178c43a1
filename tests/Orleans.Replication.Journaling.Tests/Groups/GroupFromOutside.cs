using Orleans.Replication.Access;
using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Groups;

/// <inheritdoc/>
/// <remarks>It is used from outside, through the doors of the two followers, by processes that hold no replica.</remarks>
public sealed class GroupFromOutside() : JournalGroupFixture(3)
{
    private readonly Stack<IAsyncDisposable> _opened = [];

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var member in new[] { Writer, Reader })
        {
            var door = await GroupDoor.OpenAsync(member, member.Services, JournalMember.MaxCommandBytes);
            var client = GroupDoor.Connect(timeout: null, door.Address);
            RemoteGroupAccesses groups = GroupDoor.Groups(client);
            member.Access = () => groups.Get(ReplicationGroups.Default);
            foreach (var opened in new IAsyncDisposable[] { door, client, groups })
                _opened.Push(opened);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        await base.DisposeAsync();
    }
}
