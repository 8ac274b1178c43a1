namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>Brings a member into a state that a test begins with.</summary>
internal static class TestState
{
    /// <summary>Writes and takes snapshots until the log's first entries are gone.</summary>
    public static async Task ForgetLogAsync(TestMember leader)
    {
        var pages = Path.Combine(leader.Folder, "groups", "default", "log", "metadata");
        var first = Directory.GetFiles(pages).MinBy(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture))!;
        while (File.Exists(first))
        {
            for (var i = 0; i < 130; i++)
                await leader.Group.ProposeAsync(KeyValueTable.Put("before", "value"));
            Assert.True(await leader.Group.TakeSnapshotAsync() > 0);
            await leader.Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"));
        }
    }
}
