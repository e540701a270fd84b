#pragma once

#include <filesystem>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

/// A temporary folder of PEM files.
class pem_folder {
public:
  pem_folder();
  ~pem_folder();
  pem_folder(const pem_folder&) = delete;
  pem_folder& operator=(const pem_folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const;

private:
  std::filesystem::path path_;
};

/// Signs certificates for a test.
class authority {
public:
  explicit authority(const std::string& name);
  std::string certificate() const; ///< PEM

  struct leaf {
    std::string certificate, key; ///< PEM
  };
  leaf issue(const std::string& dns_name) const;

private:
  std::string name_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};
