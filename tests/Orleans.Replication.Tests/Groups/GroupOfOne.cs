namespace Orleans.Replication.Tests.Groups;

/// <summary>A real group of one, shared by the tests of a class. Each test uses names of its own in it.</summary>
public sealed class GroupOfOne : IAsyncLifetime, IGroupFixture
{
    private TestGroup? _group;

    internal GroupMember Member => _group!.Members[0];

    GroupMember IGroupFixture.Writer => Member;

    GroupMember IGroupFixture.Reader => Member;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(1);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _group!.DisposeAsync();
}
