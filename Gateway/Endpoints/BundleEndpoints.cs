using System.Globalization;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Kernels as files.</summary>
internal static class BundleEndpoints
{
    private const string Tag = "bundles";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/bundle", new Operation(
            "exportKernel", Tag, ApiRole.Viewer, "A bundle: the kernel as it is, with code, journal and checkpoints.")
            .IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, null, "The bundle.", Operation.Bytes, "Content-Disposition").Fails(400, 404, 409), ExportAsync);
        api.Post("/v1/kernels/import", new Operation(
            "importKernel", Tag, ApiRole.Deployer, "Makes a kernel of a bundle.")
            .Query("id", "string", "Another id than the bundle's.")
            .TakesBytes("bundle", api.Options.BundleBytesMax).IsHeavy(api.Options.HeavyTimeout)
            .Gives(201, typeof(ApiKernel), "Made.", headers: "Location").Fails(400, 409), ImportAsync);
        api.Post("/v1/verify", new Operation(
            "verifyBundle", Tag, ApiRole.Viewer, "Executes a bundle's journal again, importing nothing.")
            .TakesBytes("bundle", api.Options.BundleBytesMax).IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, typeof(ApiVerifyReport), "What came out.").Fails(400), VerifyAsync);
    }

    private static async Task ExportAsync(ApiRequest request)
    {
        // A host holds back other work while it writes a bundle, so a slow client must not be what it writes to; and a
        // bundle that cannot be finished must be an error, not half a file.
        await using FileStream spool = OpenSpool(request.Options.SpoolFolder ?? Path.GetTempPath());
        BundleInfo info = await request.Host.ExportAsync(request.Kernel, spool, request.CancellationToken);
        spool.Position = 0;
        string position = info.Position.ToString(NumberFormatInfo.InvariantInfo);
        request.Response.Headers.ContentDisposition = $"attachment; filename=\"{info.Id}-{position}.granary\"";
        request.Response.ContentType = Operation.Bytes;
        request.Response.ContentLength = spool.Length;
        await spool.CopyToAsync(request.Response.Body, request.CancellationToken);
    }

    /// <summary>A file that nobody else can read, and that is gone with this process, however it ends.</summary>
    private static FileStream OpenSpool(string folder)
    {
        string path = Path.Combine(folder, $"granary-{Guid.NewGuid():N}.spool");
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(path, options);
        }
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream spool = new(path, options);
        File.Delete(path);
        return spool;
    }

    private static async Task ImportAsync(ApiRequest request)
    {
        KernelId? newId = request.Query.Id("id");
        KernelInfo info = await request.Host.ImportAsync(
            request.Context.Request.Body, newId, request.CancellationToken);
        await KernelEndpoints.CreatedAsync(request, info);
    }

    private static async Task VerifyAsync(ApiRequest request)
    {
        VerifyReport report = await request.Host.VerifyBundleAsync(
            request.Context.Request.Body, progress: null, request.CancellationToken);
        await request.WriteAsync(200, ToApi.VerifyReport(report), ApiJson.Default.ApiVerifyReport);
    }
}
