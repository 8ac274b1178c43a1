using System.IO.Compression;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Versions;

/// <summary>
/// A folder that earlier software wrote opens and serves. Each archive is a data folder of a group of one, "member-1" of cluster "test", that put 200 keys; it is named after
/// the version in its <c>members</c> file. A new format gets a new archive, and the old ones stay.
/// </summary>
public sealed class EarlierFolderTests
{
    [Theory]
    [InlineData("format-1.zip")]
    public async Task A_folder_of_earlier_software_opens_and_serves(string archive)
    {
        await using var cluster = new TestCluster(1);
        var member = cluster.Members[0];
        Directory.CreateDirectory(member.Folder);
        await ZipFile.ExtractToDirectoryAsync(Path.Combine(AppContext.BaseDirectory, "Versions", archive), member.Folder, TestContext.Current.CancellationToken);
        var verified = RaftGroupFolder.Verify(member.Folder, "default");
        Assert.Empty(verified.Problems);
        Assert.Equal(200, verified.Records["kv"]);
        await member.StartAsync();
        await member.Group.WaitForLeaderAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 200; i++)
            Assert.Equal("value", await member.ReadLinearizableAsync("key-" + i, TestContext.Current.CancellationToken));
        var written = await member.Group.ProposeAsync(KeyValueTable.Put("key-0", "new"), TestContext.Current.CancellationToken);
        Assert.True(written.Version > 201);
    }
}
