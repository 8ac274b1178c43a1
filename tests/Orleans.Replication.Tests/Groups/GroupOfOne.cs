namespace Orleans.Replication.Tests.Groups;

/// <summary>A real group of one, shared by the tests of a class. Each test uses names of its own in it.</summary>
public sealed class GroupOfOne : IAsyncLifetime
{
    private TestGroup? _group;

    internal GroupMember Member => _group!.Members[0];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(1);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _group!.DisposeAsync();
}
