pub use http_kit::LocalPath;
